"""This month's tokens at every price of the list, and what they took here."""

from __future__ import annotations

from app.dashboard import explain
from app.dashboard.days import month_days
from app.dashboard.month_here import JOULES_PER_KWH
from app.dashboard.periods import Reckoning
from app.dashboard.run_sums import joined
from app.dashboard.state import ElsewhereRow
from app.prices import Price
from app.savings import MILLION, Usage, savings
from runtime.language import tr


def elsewhere(reckoning: Reckoning) -> tuple[ElsewhereRow, ...]:
    """The dearest first, this machine last."""
    usage = reckoning.usage_of_month
    rows = [_row(price, usage) for price in reckoning.prices.prices]
    rows.sort(key=lambda row: -(row.month_usd or 0.0))
    return (*rows, _here(reckoning, usage))


def _row(price: Price, usage: Usage) -> ElsewhereRow:
    """A side without a price counts as free, which the explanation says."""
    found = savings(price, usage, 0.0)
    return ElsewhereRow(
        price.name,
        price.shown_source,
        price.input_usd_per_million,
        price.output_usd_per_million,
        found.cloud_cost_usd,
        explained=explain.price_elsewhere(price, usage, found),
    )


def _here(reckoning: Reckoning, usage: Usage) -> ElsewhereRow:
    """Electricity for each kind of token is power by the time that it takes."""
    usd_per_kwh = reckoning.settings.electricity_usd_per_kwh
    total = joined(reckoning.sums.of_day(day) for day in month_days(reckoning.today))
    power_w = usage.joules / total.elapsed_s if usage.joules and total.elapsed_s else None
    return ElsewhereRow(
        tr("This machine"),
        tr("electricity"),
        _usd_per_million(power_w, total.prompt_tokens_per_s, usd_per_kwh),
        _usd_per_million(power_w, total.decode_tokens_per_s, usd_per_kwh),
        usage.joules / JOULES_PER_KWH * usd_per_kwh if usage.joules else None,
        is_here=True,
        explained=explain.electricity_here(usage, power_w, total, usd_per_kwh),
    )


def _usd_per_million(
    power_w: float | None, tokens_per_s: float | None, usd_per_kwh: float
) -> float | None:
    if power_w is None or not tokens_per_s:
        return None
    return MILLION * power_w / tokens_per_s / JOULES_PER_KWH * usd_per_kwh
