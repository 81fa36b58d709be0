"""Numbers in fields, written and read as the process's language does."""

from __future__ import annotations

import gettext
from collections.abc import Iterator

import pytest

from runtime import language
from ui.number_field import NumberKind, parsed, shown

COUNT = NumberKind(1, 1_000_000, whole=True)
AMOUNT = NumberKind(0, 1_000_000)


@pytest.fixture
def german() -> Iterator[None]:
    language.use(gettext.NullTranslations(), "de")
    yield
    language.use(gettext.NullTranslations())


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("0,7", AMOUNT, 0.7),
        ("0.7", AMOUNT, 0.7),
        (",5", AMOUNT, 0.5),
        ("0,185", AMOUNT, 0.185),
        ("0.185", AMOUNT, 0.185),
        ("1.500", AMOUNT, 1500),
        ("1.234,5", AMOUNT, 1234.5),
        ("1.234.567", AMOUNT, str),
        ("123.456,", AMOUNT, 123_456),
        ("1 234,5", AMOUNT, 1234.5),
        ("1,234.5", AMOUNT, str),
        ("1.23.456", AMOUNT, str),
        ("1,2,3", AMOUNT, str),
        ("16.384", COUNT, 16_384),
        ("16384", COUNT, 16_384),
        ("512,0", COUNT, 512),
        ("512,5", COUNT, "Write a whole number."),
        ("512.5", COUNT, "Write a whole number."),
        ("-1.000", COUNT, "Write a number from 1 to 1.000.000."),
        ("", COUNT, "Write a number from 1 to 1.000.000."),
    ],
)
def test_reading_german_numbers(text: str, kind: NumberKind, expected: object) -> None:
    value = parsed(text, kind)
    assert isinstance(value, str) if expected is str else value == expected


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [("0,7", AMOUNT, 0.7), ("1,234.5", AMOUNT, str), ("16,384", COUNT, 16_384)],
)
def test_reading_english_numbers(text: str, kind: NumberKind, expected: object) -> None:
    value = parsed(text, kind)
    assert isinstance(value, str) if expected is str else value == expected


@pytest.mark.usefixtures("german")
def test_german_numbers_as_fields_show_them() -> None:
    assert [shown(v) for v in (0.7, 8192, 0)] == ["0,7", "8.192", "0"]
    assert [shown(v, 2) for v in (0.3, 0.185, 1)] == ["0,30", "0,185", "1,00"]


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize("value", [0, 0.1, 0.185, 1.5, 999, 1000, 1234.5, 250_000, 999_999.25])
def test_what_a_german_field_shows_is_read_as_it_was(value: float) -> None:
    assert parsed(shown(value), AMOUNT) == value
    assert parsed(shown(value, 2), AMOUNT) == value
