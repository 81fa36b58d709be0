"""The day on which a bought computer has paid for itself."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from app.dashboard.days import midnight_s
from app.dashboard.hardware import MOST_DAYS, break_even_day, hardware, usd_per_day
from app.dashboard.run import Run
from app.settings import Settings
from tests.dashboard.ledger_runs import SETTINGS, reckoning, run, stats

# $1 each: 100,000 answer tokens at $10 a million, and no energy.
DOLLAR = stats(prompt=0, cached=0, answer=100_000, joules=0.0)
TODAY = date(2026, 11, 25)


def bought(usd: float, years: float = 4.0) -> Settings:
    return msgspec.structs.replace(SETTINGS, hardware_usd=usd, hardware_years=years)


def dollars(*days: str) -> list[Run]:
    return [run(f"2026-{day} 10:00", DOLLAR) for day in days]


@pytest.mark.parametrize(
    ("left_usd", "rate", "day"),
    [
        (10.0, 1.0, date(2026, 12, 5)),
        (10.0, 3.0, date(2026, 11, 29)),
        (0.5, 1.0, date(2026, 11, 26)),
        (10.0, 0.0, None),
        (10.0, -1.0, None),
        (10.0, None, None),
        (1e7, 1e-300, None),
        (float(MOST_DAYS), 1.0, date(2126, 11, 26)),
        (float(MOST_DAYS) + 1, 1.0, None),
    ],
)
def test_break_even_day(left_usd: float, rate: float | None, day: date | None) -> None:
    assert break_even_day(left_usd, rate, TODAY) == day


@pytest.mark.parametrize(
    ("runs", "rate"),
    [
        (dollars("11-25", "11-25"), 2.0),
        (dollars("11-24"), 0.5),
        (dollars("11-16", "11-25"), 0.2),
        (dollars("10-26", "10-27", "11-25"), 2 / 30),
        (dollars("01-01"), 0.0),
        ([], None),
        (dollars("11-26"), None),
    ],
    ids=["today", "yesterday", "ten days", "31 days", "long ago", "never ran", "clock put back"],
)
def test_the_rate_is_of_the_last_thirty_days_or_since_the_first_run(
    runs: list[Run], rate: float | None
) -> None:
    assert usd_per_day(reckoning(*runs)) == (None if rate is None else pytest.approx(rate))


def test_what_is_left_at_the_rate_so_far() -> None:
    """2 of 10 dollars in 5 days: the other 8 take 20 days more."""
    found = hardware(reckoning(*dollars("11-21", "11-25"), settings=bought(10)))
    assert (found.price_usd, found.years, found.saved_usd) == pytest.approx((10, 4, 2))
    assert found.day_s == midnight_s(date(2026, 12, 15))
    assert found.written_off_usd == pytest.approx(5 * 10 / 1461)
    assert found.explained
    assert ("Saved a day", "$0.4000") in found.explained.inputs


def test_what_is_paid_off_names_the_day_it_was() -> None:
    found = hardware(reckoning(*dollars("11-01", "11-10", "11-20"), settings=bought(2)))
    assert found.day_s == midnight_s(date(2026, 11, 10))
    assert found.saved_usd == pytest.approx(3)


def test_a_loss_after_that_day_moves_it() -> None:
    loss = run("2026-11-12 10:00", stats(prompt=0, cached=0, answer=0, joules=3.6e6 / 0.30))
    found = hardware(reckoning(*dollars("11-01", "11-10", "11-20"), loss, settings=bought(2)))
    assert found.saved_usd == pytest.approx(2)
    assert found.day_s == midnight_s(date(2026, 11, 20))


def test_a_loss_never_pays() -> None:
    loss = run("2026-11-12 10:00", stats(prompt=0, cached=0, answer=1, joules=3.6e6))
    found = hardware(reckoning(loss, settings=bought(100)))
    assert found.saved_usd < 0
    assert found.day_s is None
    assert found.explained
    assert "Nothing is saved at this rate, so the day never comes." in found.explained.sources


def test_without_a_price_there_is_nothing_to_earn_back() -> None:
    found = hardware(reckoning(*dollars("11-01"), settings=bought(0)))
    assert (found.price_usd, found.day_s, found.written_off_usd) == (0, None, 0)
    unused = hardware(reckoning(settings=bought(100)))
    assert (unused.price_usd, unused.saved_usd, unused.day_s) == (100, 0, None)
