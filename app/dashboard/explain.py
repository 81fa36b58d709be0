"""How each number of money and energy came about: its formula, inputs and sources in words."""

from __future__ import annotations

from app import number_text
from app.dashboard import planned_deepseek
from app.dashboard.ledger import WriteOff
from app.dashboard.month_here import MonthHere
from app.dashboard.run_sums import RunSum
from app.dashboard.state import Explained
from app.prices import MonthlyCost, Price
from app.savings import Savings, Usage
from app.settings import Settings
from runtime.language import tr, tr_n

Inputs = tuple[tuple[str, str], ...]


def money(price: Price, settings: Settings, checked: str) -> Explained:
    """Saved: the same for every period."""
    formula = tr(
        "Saved = what the tokens would cost at the cloud's price \N{MINUS SIGN} electricity"
    )
    if settings.hardware_usd > 0:
        formula = tr(
            "Saved = what the tokens would cost at the cloud's price \N{MINUS SIGN} electricity "
            "\N{MINUS SIGN} the computer's share of these days"
        )
    inputs = (*_sides(price), _per_kwh(settings.electricity_usd_per_kwh))
    sources = [_source(price)]
    if checked:
        sources.append(tr("Cloud prices checked: {day}", day=checked))
    sources.append(tr("Tokens: counted here. Only answers that were written count."))
    return Explained(tr("Saved"), formula, inputs, tuple(sources))


def price_elsewhere(price: Price, usage: Usage, found: Savings) -> Explained:
    """The month's tokens at one price."""
    lines = tuple((line.label, line.arithmetic) for line in found.lines[:-1])
    said = [_source(price), *_missing_sides(price)]
    if price.note:
        said.append(tr(price.note))
    has_input = price.input_usd_per_million is not None
    if usage.cached_tokens and has_input and price.cached_input_usd_per_million is None:
        said.append(
            tr("Cached prompt tokens count at the full input price: no other price is known.")
        )
    formula = tr("Tokens of this month \N{MULTIPLICATION SIGN} price per million, added up")
    return Explained(price.label, formula, lines, tuple(said))


def electricity_here(
    usage: Usage, power_w: float | None, total: RunSum, usd_per_kwh: float
) -> Explained:
    """The month's electricity; for one kind of token by the time it takes."""
    return Explained(
        tr("This machine, electricity"),
        tr(
            "Month: kWh \N{MULTIPLICATION SIGN} price. A million tokens: power \N{DIVISION SIGN} "
            "tokens per second \N{MULTIPLICATION SIGN} price; cached prompt tokens take nothing."
        ),
        (
            (tr("Energy"), number_text.energy(usage.joules)),
            (tr("Power while answering"), _watts(power_w)),
            *_speeds(total),
            _per_kwh(usd_per_kwh),
        ),
        _energy_sources(usage),
    )


def month(recent: RunSum, seconds: float | None, tokens: tuple[int, int]) -> Explained:
    """Seconds of one request."""
    took = number_text.NOT_MEASURED
    return Explained(
        tr("Seconds per request"),
        tr(
            "Prompt tokens \N{DIVISION SIGN} prompt speed + answer tokens \N{DIVISION SIGN} "
            "answer speed"
        ),
        (
            (tr("Prompt tokens"), number_text.tokens(tokens[0])),
            (tr("Answer tokens"), number_text.tokens(tokens[1])),
            *_speeds(recent),
            (tr("Seconds"), tr(took) if seconds is None else number_text.duration(seconds)),
        ),
        (_latest_runs(recent.runs), tr("One request after the other, none answered at once.")),
    )


def published_month(cost: MonthlyCost, name: str, planned: Inputs) -> Explained:
    """One figure of the article, and what our planner says of it."""
    said = [tr("Published: {source}. We did not measure it.", source=cost.source)]
    if cost.note:
        said.append(tr(cost.note))
    inputs: Inputs = ((tr("Requests"), number_text.tokens(cost.requests_per_month)),)
    if planned:
        size = number_text.gib_unit(planned_deepseek.FILE_BYTES)
        file = tr("File at {quant}", quant=planned_deepseek.QUANTISATION)
        inputs = (*inputs, (file, size), *planned)
        said.append(tr("Placement and speed: predicted by our planner, not measured."))
    return Explained(name, tr("As the article gives it"), inputs, tuple(said))


def month_here(
    settings: Settings, here: MonthHere, off: WriteOff, recent: RunSum, usage: Usage
) -> Explained:
    """The article's month on this machine."""
    inputs = [
        (tr("Power while answering"), _watts(here.power_w)),
        (tr("Time for all requests"), number_text.duration(here.total_s)),
        (tr("Energy"), f"{number_text.kwh(here.kwh or 0.0)} kWh"),
        _per_kwh(settings.electricity_usd_per_kwh),
    ]
    formula = tr("Power \N{MULTIPLICATION SIGN} time \N{MULTIPLICATION SIGN} price per kWh")
    if off.usd_per_day:
        formula = tr(
            "Power \N{MULTIPLICATION SIGN} time \N{MULTIPLICATION SIGN} price per kWh + a month of "
            "as many computers as it takes"
        )
        usd = number_text.money_total(here.written_off_usd(off))
        inputs.append((tr("Computers for a month"), usd))
    month = tr("A month has 30 days here.")
    sources = (_latest_runs(recent.runs), *_energy_sources(usage), month)
    return Explained(tr("This machine"), formula, tuple(inputs), sources)


def hardware(settings: Settings, saved_usd: float, rate: float | None, off: WriteOff) -> Explained:
    """The day the computer has paid for itself."""
    a_day = tr(number_text.NOT_MEASURED) if rate is None else number_text.money_of_chat(rate)
    sources = [
        tr(
            "Saved a day: after electricity, against the chosen price, over the last 30 days or "
            "since the first run."
        )
    ]
    if rate is not None and rate <= 0:
        sources.append(tr("Nothing is saved at this rate, so the day never comes."))
    return Explained(
        tr("Break-even"),
        tr(
            "Today + (price of the computer \N{MINUS SIGN} saved so far) \N{DIVISION SIGN} "
            "saved a day"
        ),
        (
            (tr("Price of the computer"), number_text.money_total(settings.hardware_usd)),
            (tr("Written off over"), number_text.years(settings.hardware_years)),
            (tr("Written off a day"), number_text.money_of_chat(off.usd_per_day)),
            (tr("Saved so far"), number_text.money_total(saved_usd)),
            (tr("Saved a day"), a_day),
        ),
        tuple(sources),
    )


def energy(settings: Settings, recent: RunSum, usage: Usage, month: Usage) -> Explained:
    """Power, joules per token, kWh and carbon dioxide."""
    inputs = [
        (tr("Energy of the latest answers"), number_text.energy(usage.joules)),
        (tr("Time of the latest answers"), number_text.duration(recent.elapsed_s)),
        (tr("Answer tokens"), number_text.tokens(usage.completion_tokens)),
        (tr("Energy of this month"), number_text.energy(month.joules)),
        _per_kwh(settings.electricity_usd_per_kwh),
    ]
    if settings.grams_co2_per_kwh > 0:
        grams = number_text.significant(settings.grams_co2_per_kwh)
        inputs.append((tr("Grid"), tr("{grams} g CO\N{SUBSCRIPT TWO} per kWh", grams=grams)))
    sources = [_latest_runs(recent.runs), *_energy_sources(usage)]
    if settings.subtract_idle:
        idle = number_text.watts(settings.idle_w)
        inputs.append((tr("Idle power"), f"{idle} W"))
        sources.append(
            tr("Idle power is taken off what counters read, never below zero; not off estimates.")
        )
    else:
        sources.append(tr("Idle power is not taken off."))
    return Explained(
        tr("Energy"),
        tr(
            "Power = energy \N{DIVISION SIGN} time while answering. Per token = energy "
            "\N{DIVISION SIGN} answer tokens, the reading of prompts included."
        ),
        tuple(inputs),
        tuple(sources),
    )


def _sides(price: Price) -> Inputs:
    sides = (
        (tr("Prompt tokens, per million"), price.input_usd_per_million),
        (tr("Cached prompt tokens, per million"), price.cached_input_usd_per_million),
        (tr("Answer tokens, per million"), price.output_usd_per_million),
    )
    return tuple((name, number_text.price(usd)) for name, usd in sides if usd is not None)


def _missing_sides(price: Price) -> tuple[str, ...]:
    if price.input_usd_per_million is None:
        return (tr("The source gives no input price, so prompts count as free."),)
    if price.output_usd_per_million is None:
        return (tr("The source gives no output price, so answers count as free."),)
    return ()


def _source(price: Price) -> str:
    if not price.source:
        return tr("Your own price.")
    return tr("The price of {name} is from {source}.", name=price.name, source=price.shown_source)


def _per_kwh(usd: float) -> tuple[str, str]:
    return tr("Your price of electricity"), f"{number_text.price(usd)}/kWh"


def _speeds(total: RunSum) -> Inputs:
    return (
        (tr("Prompt speed"), number_text.tokens_per_s_unit(total.prompt_tokens_per_s)),
        (tr("Answer speed"), number_text.tokens_per_s_unit(total.decode_tokens_per_s)),
    )


def _watts(power_w: float | None) -> str:
    if power_w is None:
        return tr(number_text.NOT_MEASURED)
    return f"{number_text.watts(power_w)} W"


def _latest_runs(runs: int) -> str:
    if not runs:
        return tr("No answer was measured so far.")
    return tr_n("Measured in the latest answer.", "Measured in the latest {n} answers.", runs)


def _energy_sources(usage: Usage) -> tuple[str, ...]:
    return tuple(f"{tr(note)}." for note in usage.energy_notes)
