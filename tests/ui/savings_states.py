"""Views of the dashboard's money, for tests and for the gallery; the sums are computed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from app.dashboard.card_values import CardValues
from app.dashboard.ledger import WriteOff, with_write_off
from app.dashboard.state import (
    DashboardView,
    DayAmount,
    ElsewhereRow,
    Explained,
    Hardware,
    MoneyView,
    MonthRow,
    MonthView,
    PeriodName,
    PeriodSaving,
)
from app.prices import SHIPPED_PRICES, Price, PriceBook, look_at_prices
from app.savings import Savings, Usage, savings

# 14 November 2026, noon where the test runs.
NOW_S = datetime(2026, 11, 14, 12).astimezone().timestamp()
TODAY, FIRST = date(2026, 11, 14), date(2026, 9, 3)
OFF = WriteOff(1999.0 / 1461, 4.0, FIRST, date(2030, 9, 2))
KWH_J = 3_600_000.0
USD_PER_KWH = 0.30
_DAYS = (0.52, 0.71, 0.20, 0.93, 0.98, 1.12, 0.80, 0.30, 1.03, 1.18, 1.29, 0.86, 0.77, 0.48)


def book() -> PriceBook:
    """The program's own price list."""
    return look_at_prices(SHIPPED_PRICES, SHIPPED_PRICES.with_name("none.json"))[0]


def usage(part: float = 1.0, joules_times: float = 1.0, estimated: float = 0.0) -> Usage:
    """`part` of a month of 2.6 million tokens that took 0.7 kWh."""
    joules = part * 0.7 * KWH_J * joules_times
    return Usage(
        round(1_910_233 * part),
        round(641_020 * part),
        round(660_412 * part),
        joules,
        joules * estimated,
        ("GPU counter",),
    )


def _period(
    name: PeriodName, label: str, price: Price, used: Usage, since_days: int = 0
) -> PeriodSaving:
    found: Savings = savings(price, used, USD_PER_KWH)
    tokens = used.prompt_tokens + used.completion_tokens
    return PeriodSaving(name, label, found, tokens, NOW_S - since_days * 86_400)


def periods(
    price: Price, joules_times: float = 1.0, estimated: float = 0.0, off: WriteOff | None = None
) -> tuple[PeriodSaving, ...]:
    parts: tuple[tuple[PeriodName, str, float], ...] = (
        ("answer", "Last answer", 0.0008),
        ("chat", "This chat", 0.009),
        ("today", "Today", 0.0434),
        ("month", "November", 1.0),
        ("ever", "Since 3 September", 5.7366),
    )
    found = tuple(
        _period(name, label, price, usage(part, joules_times, estimated))
        for name, label, part in parts
    )
    if off is None:
        return found
    since = {"today": TODAY, "month": TODAY.replace(day=1), "ever": FIRST}
    return tuple(
        replace(one, savings=with_write_off(one.savings, off, since[one.name], TODAY))
        if one.name in since
        else one
        for one in found
    )


def days(amounts: tuple[float, ...] = _DAYS) -> tuple[DayAmount, ...]:
    """The last one is today."""
    today = datetime.fromtimestamp(NOW_S).replace(hour=0)
    first = today - timedelta(days=len(amounts) - 1)
    return tuple(
        DayAmount((first + timedelta(days=n)).astimezone().timestamp(), amount)
        for n, amount in enumerate(amounts)
    )


def explained(title: str) -> Explained:
    return Explained(
        title,
        "Tokens of the month times the price of each, summed up.",
        (("Prompt tokens", "1,910,233"), ("Answer tokens", "660,412")),
        ("Prices are from assets/prices.json.",),
    )


def elsewhere(prices: tuple[Price, ...]) -> tuple[ElsewhereRow, ...]:
    used = usage()
    rows = [
        ElsewhereRow(
            price.name,
            price.source,
            price.input_usd_per_million,
            price.output_usd_per_million,
            savings(price, used, 0.0).cloud_cost_usd,
            explained=explained(price.label),
        )
        for price in prices
    ]
    rows.sort(key=lambda row: row.month_usd or 0.0, reverse=True)
    here = ElsewhereRow(
        "This machine", "electricity", 0.04, 0.29, 0.21, is_here=True, explained=explained("Here")
    )
    return (*rows, here)


def month() -> MonthView:
    how = explained("Per month")
    return MonthView(
        requests=1_000_000,
        prompt_tokens=100,
        answer_tokens=70,
        seconds_per_request=1.98,
        rows=(
            MonthRow(
                *("GPT-4 Turbo API", "price per token", "published", 3000.0),
                at_least=True,
                explained=how,
            ),
            MonthRow(
                "Llama 3.1 70B on 2\N{MULTIPLICATION SIGN}A100",
                "rented GPUs",
                "published",
                1200.0,
                explained=how,
            ),
            MonthRow(
                *("DeepSeek-V3 on 1\N{MULTIPLICATION SIGN}A100", "rented GPU", "published", 400.0),
                note=(
                    "671 billion weights do not fit in 80 GB: at 4 bits each they take 336 GB."
                    " The planner says 5\N{MULTIPLICATION SIGN}A100, or one with 288 GB of RAM."
                ),
                explained=how,
            ),
            MonthRow(
                *("This machine", "electricity, 78 kWh over 22.9 days", "measured", 23.5),
                is_here=True,
                explained=how,
            ),
        ),
        explained=how,
    )


COMPUTER = Hardware(
    price_usd=1999.0,
    years=4,
    written_off_usd=19.16,
    saved_usd=64.46,
    day_s=NOW_S + 700 * 86_400,
    explained=explained("Break-even"),
)


def money(price_id: str = "openai-gpt-4o", **changes: object) -> MoneyView:
    prices = book()
    price = prices.reference(price_id)
    view = MoneyView(
        reference_id=price.id,
        reference_label=price.label,
        prices_checked="12 Nov 2026",
        periods=periods(price),
        by_day=days(),
        elsewhere=elsewhere(prices.prices),
        month=month(),
        hardware=Hardware(years=4.0),
        explained=explained("Elsewhere"),
    )
    return replace(view, **changes)


def view(**changes: object) -> DashboardView:
    return DashboardView(now_s=NOW_S, runs=412, money=money(**changes))


def negative() -> DashboardView:
    """An idle GPU machine against a cheap cloud, and a computer that is written off."""
    price = book().reference("ainews-deepseek-r1")
    amounts = (0.1, -0.3, -0.9, 0.2, -1.4, -0.6, -0.05)
    return view(
        reference_id=price.id,
        reference_label=price.label,
        periods=periods(price, joules_times=40, estimated=0.4, off=OFF),
        by_day=days(amounts),
        hardware=replace(COMPUTER, saved_usd=-46.3, day_s=None),
    )


def empty() -> DashboardView:
    """Before the first answer: published figures, and nothing of this machine's."""
    rows = tuple(
        replace(row, usd=None, paid_for="electricity", source="predicted") if row.is_here else row
        for row in month().rows
    )
    unknown = replace(month(), rows=rows, seconds_per_request=None)
    return DashboardView(
        now_s=NOW_S,
        money=money(
            periods=(), by_day=(), elsewhere=(), month=unknown, hardware=Hardware(years=4.0)
        ),
    )


def old_prices() -> DashboardView:
    return view(prices_checked="30 Sep 2026", prices_are_old=True)


def bought() -> DashboardView:
    """A GPU that is earned back in two years."""
    price = book().reference("openai-gpt-4o")
    return view(periods=periods(price, off=OFF), hardware=COMPUTER)


VIEWS = {
    "usual": view,
    "bought": bought,
    "negative": negative,
    "empty": empty,
    "old-prices": old_prices,
}

# A run's card

CARD = CardValues(
    model="Qwen3-30B-A3B-Instruct-2507",
    quantisation="Q4_K_M",
    hardware="NVIDIA GeForce RTX 4090 · AMD Ryzen 9 7950X 16-Core Processor · 62.7 GiB RAM",
    ended_at_s=NOW_S,
    answer_tokens=1_896,
    tokens_per_s=41.8,
    predicted=(37.2, 45.4),
    ttft_s=0.62,
    joules_per_token=3.44,
    saved_usd=0.0214,
    compared_with="GPT-4o (OpenAI list price, 2025)",
)
CARDS = {
    "usual": CARD,
    "bare": CardValues("SmolLM2 135M as 8 experts (starter)", "Q4_1", "AMD EPYC", NOW_S, 1),
    "negative": replace(
        CARD,
        model="A model with a name so long that it does not stand on one line of a picture",
        predicted=(50.0, 61.0),
        energy_is_estimated=True,
        saved_usd=-0.0312,
    ),
}
