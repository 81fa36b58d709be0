"""Days as the person's calendar has them; a day may last 23 or 25 hours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

ONE_DAY = timedelta(days=1)


def day_of(unix_s: float) -> date:
    """The day here at that moment."""
    return date.fromtimestamp(unix_s)


def midnight_s(day: date) -> float:
    """Unix time at which `day` begins here."""
    return datetime.combine(day, time()).timestamp()


def month_days(today: date) -> Iterator[date]:
    """The days of this month up to `today`."""
    first = today.replace(day=1)
    return (first + n * ONE_DAY for n in range(today.day))


def days_between(first: date, last: date) -> int:
    """How many days from `first` to `last`, both of them counted; 0 when `last` is earlier."""
    return max(0, (last - first).days + 1)
