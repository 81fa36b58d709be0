"""The language the process speaks: English stands in the source, the rest in gettext catalogues."""

from __future__ import annotations

import gettext
import os
from collections.abc import Mapping
from pathlib import Path

# What a parent process tells its children, so that their problems read like the window's.
VARIABLE = "COTERIE_LANGUAGE"
SOURCE = "en"
# The names of the languages in their own words; each but English has a folder below assets/locale.
LANGUAGES: Mapping[str, str] = {SOURCE: "English", "de": "Deutsch", "zh_CN": "简体中文"}
LOCALE_DIR = Path(__file__).resolve().parent.parent / "assets" / "locale"
# Group and decimal separator where they differ from English.
_SEPARATORS = {"de": str.maketrans(",.", ".,")}

# One for each process, as the C library's locale is; chosen once by its entry point.
_words = gettext.NullTranslations()
_code = SOURCE


def speak(code: str) -> None:
    """Choose the process's language; one that is not in `LANGUAGES` is English."""
    chosen = code if code in LANGUAGES else SOURCE
    languages = [] if chosen == SOURCE else [chosen]
    use(gettext.translation("coterie", LOCALE_DIR, languages, fallback=True), chosen)


def speak_as_told(environment: Mapping[str, str] = os.environ) -> None:
    """The language the parent process named: a child's entry point calls this first."""
    speak(environment.get(VARIABLE, SOURCE))


def use(words: gettext.NullTranslations, code: str = SOURCE) -> None:
    """Speak from a catalogue that is already open."""
    global _words, _code
    _words, _code = words, code


def spoken() -> str:
    """The code of the process's language."""
    return _code


def tr(text: str, /, **values: object) -> str:
    """`text` in the process's language, its `{names}` filled in where values are given."""
    # gettext's answer to nothing is the catalogue's own header.
    return _filled(_words.gettext(text), values) if text else ""


def tr_in(context: str, text: str, /, **values: object) -> str:
    """As `tr`, for a text that other languages say in two ways: `context` tells them apart."""
    return _filled(_words.pgettext(context, text), values)


def tr_n(one: str, many: str, count: int, /, **values: object) -> str:
    """The form for `count` things. `{n}` is the count with its separators unless it is given."""
    values.setdefault("n", number(count, ","))
    return _filled(_words.ngettext(one, many, count), values)


def marked(text: str) -> str:
    """`text` as it is, for the catalogue: a constant that goes through `tr` where it is shown."""
    return text


def number(value: float, form: str) -> str:
    """`format(value, form)` with the language's own separators."""
    text = format(value, form)
    separators = _SEPARATORS.get(_code)
    return text if separators is None else text.translate(separators)


def _filled(text: str, values: Mapping[str, object]) -> str:
    return text.format(**values) if values else text
