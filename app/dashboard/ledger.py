"""The computer's price in the sum: by choice it is written off day by day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from app import number_text
from app.dashboard.days import days_between
from app.savings import LedgerLine, Savings
from app.settings import Settings
from runtime.language import tr, tr_n

DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class WriteOff:
    """`usd_per_day` from `first` to `last`, both counted; no days at all before the first run."""

    usd_per_day: float = 0.0
    years: float = 0.0
    first: date = date.max
    last: date = date.min

    def days(self, since: date, until: date) -> int:
        """How many days from `since` to `until` it counts."""
        return days_between(max(since, self.first), min(until, self.last))

    def usd(self, since: date, until: date) -> float:
        return self.days(since, until) * self.usd_per_day


def write_off(settings: Settings, first_day: date | None) -> WriteOff:
    """As the settings want it, beginning with the first run."""
    if settings.hardware_usd <= 0:
        return WriteOff()
    days = max(1, round(settings.hardware_years * DAYS_A_YEAR))
    off = WriteOff(settings.hardware_usd / days, settings.hardware_years)
    if first_day is None:
        return off
    return replace(off, first=first_day, last=first_day + timedelta(days - 1))


def with_write_off(found: Savings, off: WriteOff, since: date, until: date) -> Savings:
    """`found` less what of the computer falls on these days; its lines still add up."""
    if not off.usd_per_day:
        return found
    days, usd = off.days(since, until), off.usd(since, until)
    line = LedgerLine(
        tr("Computer, written off"),
        tr_n(
            "{n} day \N{MULTIPLICATION SIGN} {price}",
            "{n} days \N{MULTIPLICATION SIGN} {price}",
            days,
            price=number_text.money_of_chat(off.usd_per_day),
        ),
        0.0 - usd,
    )
    return replace(
        found,
        local_cost_usd=found.local_cost_usd + usd,
        saved_usd=found.saved_usd - usd,
        lines=(*found.lines, line),
        assumptions=_assumptions(found, off),
    )


def _assumptions(found: Savings, off: WriteOff) -> tuple[str, ...]:
    without = tr("Only electricity is counted here, not the price of the computer.")
    kept = tuple(text for text in found.assumptions if text != without)
    said = tr(
        "The price of the computer is spread evenly over {years}, from the first run on.",
        years=number_text.years(off.years),
    )
    return (*kept, said)
