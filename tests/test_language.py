"""Which language the process speaks, and what comes of a text, a count and a number in it."""

from __future__ import annotations

import gettext
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from runtime import language
from runtime.language import (
    SOURCE,
    VARIABLE,
    marked,
    number,
    speak,
    speak_as_told,
    spoken,
    tr,
    tr_in,
    tr_n,
    use,
)

WORDS = {
    "Open": "Öffnen",
    "state\x04Open": "Offen",
    "The file {name} is gone.": "{name} ist nicht mehr da.",
    "an object, as in {…}": "ein Objekt, wie in {…}",
}
COUNTED = {"{n} model": ("{n} Modell", "{n} Modelle")}


class Words(gettext.NullTranslations):
    """A catalogue in memory; what it lacks stays as it is."""

    def gettext(self, message: str) -> str:
        return WORDS.get(message, message)

    def pgettext(self, context: str, message: str) -> str:
        return WORDS.get(f"{context}\x04{message}", message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        one, many = COUNTED.get(msgid1, (msgid1, msgid2))
        return one if n == 1 else many


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    speak(SOURCE)


@pytest.fixture
def german() -> None:
    use(Words(), "de")


def test_the_process_begins_in_english() -> None:
    assert spoken() == SOURCE
    assert tr("Open") == "Open"


def test_the_source_is_what_english_says() -> None:
    speak(SOURCE)
    assert tr("The file {name} is gone.", name="a.gguf") == "The file a.gguf is gone."
    assert tr_in("state", "Open") == "Open"
    assert tr_n("{n} model", "{n} models", 2) == "2 models"


@pytest.mark.usefixtures("german")
def test_a_text_is_translated_and_its_values_filled_in() -> None:
    assert tr("Open") == "Öffnen"
    assert tr("The file {name} is gone.", name="a.gguf") == "a.gguf ist nicht mehr da."


@pytest.mark.usefixtures("german")
def test_a_text_that_the_catalogue_lacks_stays_english() -> None:
    assert tr("The disk {name} is full.", name="sda") == "The disk sda is full."
    assert tr_in("noun", "Open") == "Open"


@pytest.mark.usefixtures("german")
def test_braces_without_values_are_left_alone() -> None:
    assert tr("an object, as in {…}") == "ein Objekt, wie in {…}"
    assert tr("The file {name} is gone.") == "{name} ist nicht mehr da."


@pytest.mark.usefixtures("german")
def test_braces_in_a_value_are_not_fields() -> None:
    assert tr("The file {name} is gone.", name="{0}{x}") == "{0}{x} ist nicht mehr da."


@pytest.mark.usefixtures("german")
def test_a_context_tells_two_meanings_apart() -> None:
    assert tr_in("state", "Open") == "Offen"
    assert tr("Open") == "Öffnen"


@pytest.mark.parametrize(
    ("count", "english", "german"),
    [
        (0, "0 models", "0 Modelle"),
        (1, "1 model", "1 Modell"),
        (2, "2 models", "2 Modelle"),
        (1204, "1,204 models", "1.204 Modelle"),
    ],
)
def test_a_count_has_its_form_and_its_separators(count: int, english: str, german: str) -> None:
    assert tr_n("{n} model", "{n} models", count) == english
    use(Words(), "de")
    assert tr_n("{n} model", "{n} models", count) == german


@pytest.mark.usefixtures("german")
def test_a_given_count_is_taken_as_it_is() -> None:
    assert tr_n("{n} model", "{n} models", 2, n="zwei") == "zwei Modelle"


def test_a_count_stands_with_other_values() -> None:
    text = tr_n("{n} file in {folder}", "{n} files in {folder}", 3, folder="/models")
    assert text == "3 files in /models"


@pytest.mark.usefixtures("german")
def test_a_marked_constant_is_english_until_it_is_shown() -> None:
    title = marked("Open")
    assert title == "Open"
    assert tr(title) == "Öffnen"


@pytest.mark.parametrize(
    ("code", "value", "form", "shown"),
    [
        ("en", 1204.5, ",.1f", "1,204.5"),
        ("de", 1204.5, ",.1f", "1.204,5"),
        ("zh_CN", 1204.5, ",.1f", "1,204.5"),
        ("de", 1_204_000, ",", "1.204.000"),
        ("de", 0.25, ".2f", "0,25"),
        ("de", -1204.5, ",.1f", "-1.204,5"),
        ("de", 7, "d", "7"),
    ],
)
def test_a_number_has_the_languages_separators(
    code: str, value: float, form: str, shown: str
) -> None:
    use(gettext.NullTranslations(), code)
    assert number(value, form) == shown


@pytest.mark.parametrize("code", ["fr", "", "de_AT", "DE", "../de"])
def test_an_unknown_language_is_english(code: str) -> None:
    use(Words(), "de")
    speak(code)
    assert spoken() == SOURCE
    assert tr("Open") == "Open"
    assert number(1204.5, ",.1f") == "1,204.5"


def test_a_language_is_read_from_its_catalogue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write_catalogue(
        tmp_path / "de", {**WORDS, "{n} model\x00{n} models": "{n} Modell\x00{n} Modelle"}
    )
    monkeypatch.setattr(language, "LOCALE_DIR", tmp_path)
    speak("de")
    assert spoken() == "de"
    assert tr("Open") == "Öffnen"
    assert tr_in("state", "Open") == "Offen"
    assert tr_n("{n} model", "{n} models", 1) == "1 Modell"
    assert tr_n("{n} model", "{n} models", 1204) == "1.204 Modelle"


def test_a_language_without_its_catalogue_has_its_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(language, "LOCALE_DIR", tmp_path)
    speak("de")
    assert spoken() == "de"
    assert tr("Open") == "Open"
    assert number(1204.5, ",.1f") == "1.204,5"


@pytest.mark.parametrize(
    ("environment", "code"),
    [({}, "en"), ({VARIABLE: "de"}, "de"), ({VARIABLE: "zh_CN"}, "zh_CN"), ({VARIABLE: "x"}, "en")],
)
def test_a_child_speaks_as_its_parent_says(environment: Mapping[str, str], code: str) -> None:
    speak_as_told(environment)
    assert spoken() == code


def _write_catalogue(folder: Path, words: Mapping[str, str]) -> None:
    """The binary form that `gettext` reads: a head, two tables of (length, offset), the texts."""
    head = "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=n != 1;\n"
    entries = sorted((key.encode(), text.encode()) for key, text in {"": head, **words}.items())
    columns = list(zip(*entries, strict=True))
    begin = 28
    tables, texts = b"", b""
    for column in columns:
        for text in column:
            at = begin + 16 * len(entries) + len(texts)
            tables += struct.pack("<2I", len(text), at)
            texts += text + b"\0"
    top = struct.pack("<7I", 0x950412DE, 0, len(entries), begin, begin + 8 * len(entries), 0, 0)
    path = folder / "LC_MESSAGES" / "coterie.mo"
    path.parent.mkdir(parents=True)
    path.write_bytes(top + tables + texts)
