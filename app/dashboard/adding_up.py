"""How a period's saving adds up, line by line, and the same as an explanation of one number."""

from __future__ import annotations

from dataclasses import dataclass

from app import number_text
from app.dashboard.state import Explained, Hardware, MoneyView, PeriodName, PeriodSaving
from runtime.language import tr, tr_in

# The computer is written off by the day: a single answer or chat has none of it.
_BY_THE_DAY: frozenset[PeriodName] = frozenset({"today", "month", "ever"})


@dataclass(frozen=True)
class AddedLine:
    """A line of the sum. A sum has a rule above it, and the result stands out."""

    label: str
    arithmetic: str
    usd: float
    is_sum: bool = False
    is_result: bool = False


def period(money: MoneyView, name: PeriodName) -> PeriodSaving | None:
    """The saving of one period, None where it has not been summed up."""
    return next((found for found in money.periods if found.name == name), None)


def added_lines(found: PeriodSaving, hardware: Hardware) -> tuple[AddedLine, ...]:
    """What the cloud would cost, less what it cost here."""
    savings = found.savings
    # A line for each kind of token, then electricity, then the computer where it is written off.
    costs = 2 if hardware.price_usd > 0 and found.name in _BY_THE_DAY else 1
    lines = [AddedLine(line.label, line.arithmetic, line.usd) for line in savings.lines]
    would_cost = tr("{price} would cost", price=savings.reference_name)
    saved = tr_in("money", "Saved")
    return (
        *lines[:-costs],
        AddedLine(would_cost, "", savings.cloud_cost_usd, is_sum=True),
        *lines[-costs:],
        AddedLine(saved, "", savings.saved_usd, is_sum=True, is_result=True),
    )


def explained_saving(found: PeriodSaving, hardware: Hardware) -> Explained:
    """The arithmetic of one period's saving."""
    price = found.savings.reference_label
    inputs = tuple((line.label, _sum_in_words(line)) for line in added_lines(found, hardware))
    return Explained(
        tr("Saved, {period}", period=found.label),
        tr("What {price} would have cost, less what it cost here.", price=price),
        inputs,
        found.savings.assumptions,
    )


def _sum_in_words(line: AddedLine) -> str:
    money = number_text.money_of_chat(line.usd)
    return f"{line.arithmetic} = {money}" if line.arithmetic else money
