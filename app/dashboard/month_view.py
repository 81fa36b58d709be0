"""A million requests in a month: the article's figures beside what this machine would need."""

from __future__ import annotations

import re

from app import number_text
from app.dashboard import explain, planned_deepseek
from app.dashboard.ledger import WriteOff
from app.dashboard.month_here import MonthHere
from app.dashboard.periods import Reckoning
from app.dashboard.run_sums import RunSum
from app.dashboard.state import MonthRow, MonthView
from app.prices import MonthlyCost
from app.savings import Usage
from runtime.language import marked, number, tr, tr_n

REQUESTS = 1_000_000
# At GPT-4 Turbo's list price a million of these cost $3,100, the article's "$3,000 or more".
PROMPT_TOKENS = 100
ANSWER_TOKENS = 70
# What assets/prices.json says of its monthly costs; shown through `tr`.
NOTES = (
    marked("671 billion weights do not fit in 80 GB: at 4 bits each they take 336 GB."),
    marked("The article says $3,000 or more."),
)


def month_view(reckoning: Reckoning, model_id: str = "") -> MonthView:
    """By the measured speed of a model's latest runs, "" for the one that answered last."""
    recent = reckoning.sums.recent(model_id)
    usage = reckoning.usage(recent)
    seconds = seconds_per_request(recent)
    same = [c for c in reckoning.prices.monthly_costs if c.requests_per_month == REQUESTS]
    costs = sorted(same, key=lambda cost: -cost.usd_per_month)
    here = None
    if seconds is not None:
        power_w = usage.joules / recent.elapsed_s if usage.joules and recent.elapsed_s else None
        here = MonthHere(seconds, REQUESTS, power_w)
    return MonthView(
        REQUESTS,
        PROMPT_TOKENS,
        ANSWER_TOKENS,
        seconds,
        (*(_published(cost) for cost in costs), _here(reckoning, here, recent, usage)),
        explain.month(recent, seconds, (PROMPT_TOKENS, ANSWER_TOKENS)),
    )


def seconds_per_request(measured: RunSum) -> float | None:
    """Reading the prompt, then writing the answer; None unless both were measured."""
    prompt, decode = measured.prompt_tokens_per_s, measured.decode_tokens_per_s
    if not prompt or not decode:
        return None
    return PROMPT_TOKENS / prompt + ANSWER_TOKENS / decode


def _published(cost: MonthlyCost) -> MonthRow:
    name = tr("{model} API", model=cost.name)
    paid_for = tr("price per token")
    if cost.hardware:
        name = tr("{model} on {hardware}", model=cost.name, hardware=cost.hardware)
        count = re.match(r"\d+", cost.hardware)
        paid_for = tr_n("rented GPU", "rented GPUs", int(count.group()) if count else 1)
    note = ""
    planned: tuple[tuple[str, str], ...] = ()
    if cost.id == planned_deepseek.MONTHLY_COST_ID:
        request_s = planned_deepseek.ENOUGH_RAM.request_s(PROMPT_TOKENS, ANSWER_TOKENS)
        taken = MonthHere(request_s, REQUESTS)
        note, planned = planned_deepseek.note(request_s, taken.machines), planned_deepseek.inputs()
    return MonthRow(
        name,
        paid_for,
        "published",
        cost.usd_per_month,
        at_least=cost.at_least,
        note=note,
        explained=explain.published_month(cost, name, planned),
    )


def _here(reckoning: Reckoning, here: MonthHere | None, recent: RunSum, usage: Usage) -> MonthRow:
    settings, off = reckoning.settings, reckoning.write_off
    name = tr("This machine")
    if here is None or here.kwh is None:
        return MonthRow(name, tr("electricity"), "measured", None, is_here=True)
    return MonthRow(
        name,
        _paid_for(here, off),
        "measured",
        here.kwh * settings.electricity_usd_per_kwh + here.written_off_usd(off),
        is_here=True,
        note=_note(here, usage),
        explained=explain.month_here(settings, here, off, recent, usage),
    )


def _paid_for(here: MonthHere, off: WriteOff) -> str:
    kwh, days = number_text.kwh(here.kwh or 0.0), number_text.duration(here.total_s)
    if off.usd_per_day:
        return tr("electricity, {kwh} kWh over {days}, and the computer", kwh=kwh, days=days)
    return tr("electricity, {kwh} kWh over {days}", kwh=kwh, days=days)


def _note(here: MonthHere, usage: Usage) -> str:
    said = []
    if here.machines > 1:
        said.append(
            tr(
                "More than a month: {machines} such machines would be needed.",
                machines=number(here.machines, ","),
            )
        )
    if usage.estimated_joules:
        said.append(tr("The electricity is an estimate."))
    return " ".join(said)
