"""Answer, chat, day, month and ever, in dollars reckoned by hand."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

import msgspec
import pytest

from app import number_text
from app.dashboard.days import day_of, days_between, midnight_s, month_days
from app.dashboard.periods import periods, saved_by_day
from app.dashboard.state import PeriodSaving
from tests.dashboard.ledger_runs import SETTINGS, at, reckoning, run, stats

# 600 fresh at $2, 400 cached at $1 and 501 written at $10 a million; 3,600 J at $0.30 a kWh.
CLOUD = 0.0012 + 0.0004 + 0.00501
ONE = CLOUD - 0.0003

Clock = Callable[[str], None]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    """Puts the computer into another time zone."""
    if not hasattr(time, "tzset"):
        pytest.skip("this system has one time zone for all processes")

    def into(zone: str) -> None:
        monkeypatch.setenv("TZ", zone)
        time.tzset()

    yield into
    monkeypatch.undo()
    time.tzset()


def by_name(found: tuple[PeriodSaving, ...]) -> dict[str, PeriodSaving]:
    return {period.name: period for period in found}


def test_each_period_in_dollars() -> None:
    found = by_name(
        periods(
            reckoning(
                run("2025-12-31 23:59", chat=3),
                run("2026-10-31 23:59", chat=2),
                run("2026-11-01 00:00", chat=2),
                run("2026-11-24 23:59"),
                run("2026-11-25 00:00"),
                run("2026-11-25 13:59"),
            ),
            1,
        )
    )
    assert {name: period.savings.saved_usd for name, period in found.items()} == pytest.approx(
        {"answer": ONE, "chat": 3 * ONE, "today": 2 * ONE, "month": 4 * ONE, "ever": 6 * ONE}
    )
    assert {name: period.tokens for name, period in found.items()} == {
        "answer": 1501,
        "chat": 3 * 1501,
        "today": 2 * 1501,
        "month": 4 * 1501,
        "ever": 6 * 1501,
    }
    assert {name: period.since_s for name, period in found.items()} == {
        "answer": at("2026-11-25 13:58:40"),
        "chat": at("2026-11-24 23:58:40"),
        "today": at("2026-11-25 00:00"),
        "month": at("2026-11-01 00:00"),
        "ever": at("2025-12-31 00:00"),
    }
    assert [period.label for period in found.values()] == [
        "This answer",
        "This chat",
        "Today",
        "November",
        "Since 31 December 2025",
    ]
    for period in found.values():
        assert sum(line.usd for line in period.savings.lines) == pytest.approx(
            period.savings.saved_usd
        )


def test_before_the_first_run_nothing_is_saved_and_no_chat_is_told_of() -> None:
    found = by_name(periods(reckoning(), None))
    assert list(found) == ["today", "month", "ever"]
    assert all(period.savings.saved_usd == period.tokens == 0 for period in found.values())
    assert found["ever"].since_s is None
    assert found["ever"].label == "Ever"
    assert list(by_name(periods(reckoning(run("2026-11-01 10:00", chat=2)), 1))) == list(found)


def test_without_a_chat_the_answer_is_the_last_of_all() -> None:
    found = by_name(
        periods(
            reckoning(
                run("2026-11-02 10:00", stats(answer=1001)), run("2026-11-01 10:00", chat=None)
            ),
            None,
        )
    )
    assert "chat" not in found
    assert found["answer"].tokens == 2001


def test_a_loss_is_shown_as_one() -> None:
    dear = run("2026-11-25 10:00", stats(prompt=10, cached=0, answer=1, joules=3.6e6))
    found = by_name(periods(reckoning(dear), 1))
    loss = (10 * 2 + 1 * 10) / 1e6 - 0.30
    assert found["today"].savings.saved_usd == pytest.approx(loss)
    assert loss < 0
    assert saved_by_day(reckoning(dear))[-1].amount == pytest.approx(loss)


def test_by_day_from_the_first_of_the_month_to_today() -> None:
    told = reckoning(
        run("2026-10-31 23:59"),
        run("2026-11-01 00:00"),
        run("2026-11-03 12:00"),
        run("2026-11-03 18:00"),
        now="2026-11-05 00:00",
    )
    found = saved_by_day(told)
    assert [(day_of(d.day_s).day, d.day_s == midnight_s(day_of(d.day_s))) for d in found] == [
        (day, True) for day in (1, 2, 3, 4, 5)
    ]
    assert [d.amount for d in found] == pytest.approx([ONE, 0, 2 * ONE, 0, 0])


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("Europe/Berlin", date(2026, 11, 25), 24),
        ("America/New_York", date(2026, 3, 8), 23),
        ("Asia/Kolkata", date(2026, 3, 29), 24),
        # Here the clock is put forward at midnight: the day begins at 1 o'clock.
        ("America/Santiago", date(2026, 9, 6), 23),
    ],
)
def test_days_as_long_as_the_clock_makes_them(
    clock: Clock, zone: str, day: date, hours: int
) -> None:
    clock(zone)
    next_day = date.fromordinal(day.toordinal() + 1)
    began_s, ended_s = midnight_s(day), midnight_s(next_day)
    assert ended_s - began_s == hours * 3600
    assert day_of(began_s) == day_of(ended_s - 1) == day
    assert day_of(began_s - 1) == date.fromordinal(day.toordinal() - 1)


@pytest.mark.parametrize(
    ("zone", "day", "month"),
    [
        ("Pacific/Auckland", date(2026, 11, 1), 1),
        ("UTC", date(2026, 10, 31), 0),
        ("America/Los_Angeles", date(2026, 10, 31), 0),
    ],
)
def test_the_month_begins_where_the_person_is(
    clock: Clock, zone: str, day: date, month: int
) -> None:
    clock(zone)
    moment_s = 1_793_448_000.0  # 31 October 2026, 12:00 UTC: the next day in Auckland
    assert day_of(moment_s) == day
    found = by_name(periods(reckoning(run(moment_s), now="2026-11-10 12:00"), 1))
    assert found["month"].savings.saved_usd == pytest.approx(month * ONE)


def test_days_of_a_month() -> None:
    assert list(month_days(date(2026, 2, 3))) == [date(2026, 2, n) for n in (1, 2, 3)]
    assert days_between(date(2026, 2, 1), date(2026, 2, 1)) == 1
    assert days_between(date(2026, 2, 2), date(2026, 2, 1)) == 0


def test_the_computer_is_written_off_by_the_day() -> None:
    """$1,461 over 4 years are $1 a day: 6 days since the first run, 1 of them today."""
    settings = msgspec.structs.replace(SETTINGS, hardware_usd=1461.0, hardware_years=4.0)
    told = reckoning(run("2026-11-20 10:00"), run("2026-11-25 10:00"), settings=settings)
    found = by_name(periods(told, 1))
    assert found["today"].savings.saved_usd == pytest.approx(ONE - 1)
    assert found["month"].savings.saved_usd == pytest.approx(2 * ONE - 6)
    assert found["ever"].savings.saved_usd == pytest.approx(2 * ONE - 6)
    assert found["answer"].savings.saved_usd == pytest.approx(ONE)
    month = found["month"].savings
    assert (month.lines[-1].label, month.lines[-1].arithmetic) == (
        "Computer, written off",
        "6 days × $1.0000",  # noqa: RUF001
    )
    assert sum(line.usd for line in month.lines) == pytest.approx(month.saved_usd)
    assert month.cloud_cost_usd - month.local_cost_usd == pytest.approx(month.saved_usd)
    assert not any(text.startswith("Only electricity") for text in month.assumptions)
    assert month.assumptions[-1] == (
        "The price of the computer is spread evenly over 4 years, from the first run on."
    )
    amounts = [day.amount for day in saved_by_day(told)]
    assert amounts[:19] == [0.0] * 19
    assert amounts[19:] == pytest.approx([ONE - 1, -1, -1, -1, -1, ONE - 1])
    assert sum(amounts) == pytest.approx(month.saved_usd)


def test_before_the_first_run_the_computer_costs_nothing_yet() -> None:
    """Its line is there all the same, so that the sum always has the same lines."""
    settings = msgspec.structs.replace(SETTINGS, hardware_usd=1461.0)
    for period in periods(reckoning(settings=settings), None):
        assert period.savings.saved_usd == 0
        assert [str(line.usd) for line in period.savings.lines] == ["0.0"] * 4
        assert period.savings.lines[-1].arithmetic == "0 days × $1.0000"  # noqa: RUF001


def test_a_computer_that_is_written_off_costs_nothing_more() -> None:
    settings = msgspec.structs.replace(SETTINGS, hardware_usd=365.0, hardware_years=1.0)
    told = reckoning(run("2024-11-20 10:00"), run("2026-11-25 10:00"), settings=settings)
    found = by_name(periods(told, 1))
    assert found["today"].savings.saved_usd == pytest.approx(ONE)
    assert found["ever"].savings.saved_usd == pytest.approx(2 * ONE - 365)


def test_idle_power_is_taken_off_day_by_day_and_said() -> None:
    """20 s at 90 W are 1,800 J of 3,600; 400 W would be more than there was."""
    settings = msgspec.structs.replace(SETTINGS, subtract_idle=True, idle_w=90.0)
    told = reckoning(run("2026-11-24 10:00"), run("2026-11-25 10:00"), settings=settings)
    found = by_name(periods(told, 1))
    assert found["today"].savings.saved_usd == pytest.approx(CLOUD - 0.00015)
    assert found["month"].savings.saved_usd == pytest.approx(2 * (CLOUD - 0.00015))
    assert found["ever"].savings.saved_usd == found["month"].savings.saved_usd
    said = "An idle power of 90 W is taken off what counters read."
    assert said in found["month"].savings.assumptions
    far = replace(told, settings=msgspec.structs.replace(settings, idle_w=400.0))
    assert by_name(periods(far, 1))["ever"].savings.saved_usd == pytest.approx(2 * CLOUD)


@pytest.mark.parametrize(
    ("count", "said"), [(1, "1 year"), (4, "4 years"), (2.5, "2.5 years"), (0.5, "0.5 years")]
)
def test_years_in_words(count: float, said: str) -> None:
    assert number_text.years(count) == said


def test_a_price_that_is_gone_is_said() -> None:
    settings = msgspec.structs.replace(SETTINGS, reference_price="gone")
    found = by_name(periods(reckoning(run("2026-11-25 10:00"), settings=settings), 1))
    assert found["today"].savings.reference_id == "full"
    assert found["today"].savings.assumptions[0].startswith('The chosen price "gone"')
