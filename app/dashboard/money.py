"""The whole Savings page as one value: what was saved, what it would cost elsewhere, and when."""

from __future__ import annotations

from datetime import date, timedelta

from app import number_text
from app.dashboard import explain
from app.dashboard.days import midnight_s
from app.dashboard.elsewhere import elsewhere
from app.dashboard.hardware import hardware
from app.dashboard.month_view import month_view
from app.dashboard.periods import Reckoning, periods, saved_by_day
from app.dashboard.run_sums import RunSums
from app.dashboard.state import MoneyView
from app.prices import Price, PriceBook
from app.settings import Settings

OLD_AFTER = timedelta(days=30)


def money_view(
    sums: RunSums,
    prices: PriceBook,
    settings: Settings,
    now_s: float,
    conversation_id: int | None = None,
    model_id: str = "",
) -> MoneyView:
    """Only adds up sums: as quick after twenty thousand runs as after one."""
    reckoning = Reckoning(sums, prices, settings, now_s)
    price = reckoning.price
    checked = checked_on(price, prices)
    shown = _shown(checked)
    return MoneyView(
        price.id,
        price.label,
        shown,
        is_old(checked, reckoning.today),
        periods(reckoning, conversation_id),
        saved_by_day(reckoning),
        elsewhere(reckoning),
        month_view(reckoning, model_id),
        hardware(reckoning),
        explain.money(price, settings, shown),
    )


def checked_on(price: Price, prices: PriceBook) -> str:
    """When the price was compared with its source; for a published figure, when the list was.

    The user's own prices are as old as they say.
    """
    if price.checked or price.kind == "own":
        return price.checked or price.date
    return min((p.checked for p in prices.prices if p.kind == "list" and p.checked), default="")


def is_old(checked: str, today: date) -> bool:
    """Whether `checked` lies more than 30 days back; a month or a year counts from its end."""
    last = _last_day(checked)
    return last is not None and today - last > OLD_AFTER


def _last_day(checked: str) -> date | None:
    """The last day that "2026", "2026-11" or "2026-11-24" may mean; None for no such day."""
    year, month, day = (*(int(part) for part in checked.split("-") if part), 0, 0, 0)[:3]
    try:
        if day:
            return date(year, month, day)
        if month:
            return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        return date(year, 12, 31)
    except ValueError:
        return None


def _shown(checked: str) -> str:
    day = _last_day(checked)
    if day is None or checked.count("-") < 2:
        return checked
    return number_text.day(midnight_s(day))
