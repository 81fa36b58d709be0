"""Numbers as people read them: one table for each kind."""

from __future__ import annotations

from datetime import datetime

import pytest

from app import number_text as text

GIB = 1024**3


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (331.0, "331"),
        (41.84, "41.8"),
        (5.7, "5.70"),
        (1204.3, "1,200"),
        (0.0456, "0.0456"),
        (99.96, "100"),
        (9.996, "10.0"),
        (0, "0"),
        (-3.21, "\N{MINUS SIGN}3.21"),
    ],
)
def test_significant(value: float, expected: str) -> None:
    assert text.significant(value) == expected


def test_two_digits_for_a_prediction() -> None:
    assert [text.significant(v, 2) for v in (41.4, 5.72, 0.123)] == ["41", "5.7", "0.12"]


def test_speed_that_is_not_known() -> None:
    assert text.tokens_per_s(None) == "\N{EN DASH}"
    assert text.tokens_per_s_unit(None) == "not measured"
    assert text.tokens_per_s_unit(41.84) == "41.8 tok/s"


@pytest.mark.parametrize(
    ("size", "expected"),
    [(0, "\N{EN DASH}"), (1, "<0.1"), (GIB, "1.0"), (18_400 * GIB // 1000, "18.4")],
)
def test_gib(size: int, expected: str) -> None:
    assert text.gib(size) == expected
    assert text.gib_unit(size) == f"{expected} GiB"


def test_gib_in_sentences() -> None:
    assert text.gib_of(11 * GIB, 12 * GIB) == "11.0 of 12.0 GiB"
    assert text.gib_done(0.0, 17 * GIB) == "0.0 of 17.0 GiB"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.62, "0.62 s"),
        (0.996, "1.0 s"),
        (4.2, "4.2 s"),
        (9.96, "10 s"),
        (12.4, "12 s"),
        (59.6, "1 min 0 s"),
        (77, "1 min 17 s"),
        (11100, "3 h 5 min"),
        (1978560, "22.9 days"),
    ],
)
def test_duration(seconds: float, expected: str) -> None:
    assert text.duration(seconds) == expected


def test_a_duration_apart() -> None:
    assert text.number_of_duration(0.62) == ("0.62", "s")
    assert text.number_of_duration(None) == ("\N{EN DASH}", "")


@pytest.mark.parametrize(
    ("usd", "expected"),
    [
        (0.02141, "$0.0214"),
        (0, "$0.0000"),
        (1e-05, "<$0.0001"),
        (-0.0009, "\N{MINUS SIGN}$0.0009"),
        (-1e-05, ">\N{MINUS SIGN}$0.0001"),
    ],
)
def test_money_of_a_chat(usd: float, expected: str) -> None:
    assert text.money_of_chat(usd) == expected


@pytest.mark.parametrize(
    ("usd", "expected"),
    [(12.345, "$12.35"), (0.004, "$0.004"), (0, "$0.00"), (1234.5, "$1,234.50")],
)
def test_money_of_a_total(usd: float, expected: str) -> None:
    assert text.money_total(usd) == expected


@pytest.mark.parametrize(
    ("usd", "expected"), [(10, "$10.00"), (0.55, "$0.55"), (0.0375, "$0.0375")]
)
def test_price(usd: float, expected: str) -> None:
    assert text.price(usd) == expected


@pytest.mark.parametrize(
    ("count", "expected"), [(0, "0"), (512, "512"), (3174, "3.1k"), (8192, "8k"), (16384, "16k")]
)
def test_tokens_short(count: int, expected: str) -> None:
    assert text.tokens_short(count) == expected


def test_counted() -> None:
    assert text.counted(1, "token") == "1 token"
    assert text.counted(1204, "token") == "1,204 tokens"


def test_predictions_have_two_digits_and_a_range() -> None:
    assert [text.predicted(v) for v in (41.4, 2201.8, 5.66, 0.2409)] == [
        "41",
        "2,200",
        "5.7",
        "0.24",
    ]
    assert text.predicted_range(36.6, 45.2) == "37\N{EN DASH}45"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.2, ("1", "s")),
        (7.3, ("7", "s")),
        (60, ("60", "s")),
        (200, ("3", "min")),
        (7200, ("2", "h")),
    ],
)
def test_about(seconds: float, expected: tuple[str, str]) -> None:
    assert text.about(seconds) == expected


def test_brief() -> None:
    assert [text.brief(s) for s in (0.00025, 0.0177, 4.11)] == ["0.25 ms", "18 ms", "4.1 s"]


def test_moment() -> None:
    when = datetime(2026, 11, 1, 21, 6).astimezone()
    assert text.moment(when.timestamp()) == "1 Nov, 21:06"


@pytest.mark.parametrize(
    ("amount_kwh", "words"),
    [
        (0.0, ("0", "kWh")),
        (5e-8, ("<0.0001", "Wh")),
        (4.2e-5, ("0.042", "Wh")),
        (0.0004, ("0.40", "Wh")),
        (0.001, ("0.0010", "kWh")),
        (0.7, ("0.70", "kWh")),
        (1204.5, ("1,204.50", "kWh")),
    ],
)
def test_little_energy_is_in_wh(amount_kwh: float, words: tuple[str, str]) -> None:
    assert text.number_of_energy(amount_kwh) == words
    assert text.energy_used(amount_kwh) == " ".join(words)


def test_energy_and_power() -> None:
    assert text.joules_per_token(1402, 412) == "3.4"
    assert text.joules_per_token(1402, 0) == "\N{EN DASH}"
    assert [text.watts(w) for w in (0, 0.2, 143.4)] == ["0", "<1", "143"]


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (135_000_000, "135 M"),
        (30_500_000_000, "30.5 B"),
        (80_000_000_000, "80 B"),
        (0, "\N{EN DASH}"),
    ],
)
def test_parameters(count: int, expected: str) -> None:
    assert text.parameters(count) == expected


def test_parameters_used() -> None:
    assert text.parameters_used(30_500_000_000, 3_300_000_000) == "30.5 B (3.3 B)"
    assert text.parameters_used(32_800_000_000, 32_800_000_000) == "32.8 B"


def test_experts() -> None:
    assert text.experts(0, 0) == "dense"
    assert text.experts(128, 8) == "128, 8 at a time"


@pytest.mark.parametrize(
    ("fraction", "expected"), [(0.53, "53 %"), (0, "0 %"), (-0.2, "\N{MINUS SIGN}20 %")]
)
def test_percent(fraction: float, expected: str) -> None:
    assert text.percent(fraction) == expected
