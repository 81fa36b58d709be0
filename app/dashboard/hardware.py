"""A bought computer: what is left to earn back, and on which day it will be."""

from __future__ import annotations

import math
from datetime import date, timedelta

from app.dashboard import explain
from app.dashboard.days import days_between, midnight_s
from app.dashboard.periods import Reckoning
from app.dashboard.state import Hardware
from app.settings import Settings

RATE_DAYS = 30
# A day so far away is never: nobody keeps a computer for longer.
MOST_DAYS = 36_525


def hardware(reckoning: Reckoning) -> Hardware:
    """Without a price nothing is to be earned back."""
    settings, today = reckoning.settings, reckoning.today
    if settings.hardware_usd <= 0:
        return Hardware(years=settings.hardware_years)
    saved_usd = reckoning.saved_usd(reckoning.usage_ever)
    rate = usd_per_day(reckoning)
    if _is_earned(saved_usd, settings):
        day: date | None = _day_reached(reckoning)
    else:
        day = break_even_day(settings.hardware_usd - saved_usd, rate, today)
    return Hardware(
        settings.hardware_usd,
        settings.hardware_years,
        reckoning.write_off.usd(today.replace(day=1), today),
        saved_usd,
        None if day is None else midnight_s(day),
        explain.hardware(settings, saved_usd, rate, reckoning.write_off),
    )


def usd_per_day(reckoning: Reckoning) -> float | None:
    """What a day saved on average, of the last 30 or of those since the first run."""
    first, today = reckoning.first_day, reckoning.today
    if first is None:
        return None
    since = max(first, today - timedelta(RATE_DAYS - 1))
    days = days_between(since, today)
    if not days:
        return None
    usage = reckoning.usage_of(since + timedelta(n) for n in range(days))
    return reckoning.saved_usd(usage) / days


def break_even_day(left_usd: float, rate: float | None, today: date) -> date | None:
    """The day on which `left_usd` more will be saved; None for never at this rate."""
    if rate is None or rate <= 0:
        return None
    days = left_usd / rate
    return today + timedelta(math.ceil(days)) if days <= MOST_DAYS else None


def _is_earned(saved_usd: float, settings: Settings) -> bool:
    """A sum of many small numbers may miss the price by the last digit of a float."""
    return saved_usd >= settings.hardware_usd - 1e-6


def _day_reached(reckoning: Reckoning) -> date:
    """The day by whose end the price was saved for good: no later day fell below it again."""
    saved_usd = 0.0
    reached: date | None = None
    for day in sorted(reckoning.sums.days):
        saved_usd += reckoning.saved_usd(reckoning.usage(reckoning.sums.of_day(day)))
        if not _is_earned(saved_usd, reckoning.settings):
            reached = None
        elif reached is None:
            reached = day
    return reached or reckoning.today
