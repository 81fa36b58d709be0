"""The translations: whole, with the source's placeholders, and compiled as they stand."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable

import catalogues
import pytest
from babel.messages.catalog import Catalog, Message

from runtime.language import LANGUAGES, SOURCE

_HAN, _WORDS = re.compile(r"[\u4e00-\u9fff]"), re.compile(r"[A-Za-z]{3}")
_FOREIGN = frozenset(
    (
        "$/kWh",
        "Coterie\uff1a{model}",
        "Coterie\uff1a{model}\uff0c{speed}",
        "GPU",
        "Hub",
        "Min-p",
        "RAM",
        "Schema",
        "Top-k",
        "Top-p",
        "g/kWh",
        "token",
        "{model} API",
        "{size} RAM",
        "{used} / {total} GiB",
    )
)
CODES = sorted(set(LANGUAGES) - {SOURCE})


def test_each_language_that_is_offered_has_a_catalogue_and_no_other() -> None:
    assert catalogues.languages() == tuple(CODES)


@pytest.mark.parametrize("code", CODES)
def test_every_text_of_the_source_is_translated(code: str) -> None:
    """`make words` brings a new text into the catalogues; a person or a model translates it."""
    translated = _by_key(catalogues.read_catalogue(code))
    wanted = _by_key(catalogues.collected())
    assert sorted(wanted.keys() - translated.keys()) == []
    assert sorted(translated.keys() - wanted.keys()) == []
    assert catalogues.missing(catalogues.read_catalogue(code)) == []


@pytest.mark.parametrize("code", CODES)
def test_a_translation_has_the_placeholders_of_its_text(code: str) -> None:
    wrong = [
        (message.id, form)
        for message in catalogues.read_catalogue(code)
        if message.id
        for form in _forms(message.string)
        if not _agree(_forms(message.id), form)
    ]
    assert wrong == []


def test_chinese_is_chinese() -> None:
    """A text in words of another script is a name, a unit or llama.cpp's own word."""
    foreign = {
        form
        for message in catalogues.read_catalogue("zh_CN")
        if message.id
        for form in _forms(message.string)
        if _WORDS.search(re.sub(r"{\w+}", "", form)) and not _HAN.search(form)
    }
    assert foreign - _FOREIGN == set()


@pytest.mark.parametrize("code", CODES)
def test_what_is_shipped_is_what_was_translated(code: str) -> None:
    compiled = catalogues.po_path(code).with_suffix(".mo").read_bytes()
    assert compiled == catalogues.compiled(catalogues.read_catalogue(code))


def test_a_text_without_a_translation_is_found() -> None:
    catalog = Catalog(locale="de")
    catalog.add("Whole", "Ganz")
    catalog.add("Empty")
    catalog.add(("{n} day", "{n} days"), ("{n} Tag", ""))
    assert catalogues.missing(catalog) == ["Empty", "{n} day"]


def test_placeholders_that_differ_are_found() -> None:
    assert not _agree(("{a} of {b}",), "{a} von {c}")
    assert not _agree(("{a}",), "nichts")
    assert _agree(("{n} day of {all}", "{n} days of {all}"), "ein Tag von {all}")


def _by_key(catalog: Catalog) -> dict[tuple[str | None, str], Message]:
    return {(m.context, _forms(m.id)[0]): m for m in catalog if m.id}


def _forms(text: str | Iterable[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def _agree(source: tuple[str, ...], translation: str) -> bool:
    """Only the count of a plural may be left out: "one day"."""
    wanted = {name for form in source for name in _placeholders(form)}
    found = _placeholders(translation)
    optional = {"n"} if len(source) > 1 else set()
    return found <= wanted and wanted - optional <= found


def _placeholders(text: str) -> set[str]:
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:  # a text that is never formatted may have a single brace
        return set()
