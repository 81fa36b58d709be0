"""What answers saved against a named cloud price, with the arithmetic that says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app import number_text
from app.prices import Price
from runtime.language import number, tr
from runtime.protocol.messages import GenerationStats

MILLION = 1_000_000
TIMES = "\N{MULTIPLICATION SIGN}"


@dataclass(frozen=True)
class LedgerLine:
    """One line of the sum: `label`, how it was computed in words, and dollars (may be negative)."""

    label: str
    arithmetic: str
    usd: float


@dataclass(frozen=True)
class Savings:
    """Cloud cost minus electricity. `saved_usd` may be negative and is shown as what it is.

    `lines` add up to `saved_usd`; `assumptions` are whole sentences. `estimated_share` is how much
    of the electricity was not measured, 0 to 1.
    """

    reference_id: str
    reference_name: str
    currency: str
    cloud_cost_usd: float
    local_cost_usd: float
    saved_usd: float
    lines: tuple[LedgerLine, ...]
    assumptions: tuple[str, ...]
    reference_source: str = ""
    estimated_share: float = 0.0

    @property
    def reference_label(self) -> str:
        """Name and source: two sources price the same model differently."""
        if not self.reference_source:
            return self.reference_name
        return f"{self.reference_name} ({tr(self.reference_source)})"


@dataclass(frozen=True)
class Usage:
    """Tokens and energy of one answer or of many. `cached_tokens` are among `prompt_tokens`, and
    `estimated_joules` among `joules`; `energy_notes` say where the joules come from, each once.
    """

    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    joules: float = 0.0
    estimated_joules: float = 0.0
    energy_notes: tuple[str, ...] = ()

    @property
    def estimated_share(self) -> float:
        """How much of the energy was not measured, 0 to 1."""
        return self.estimated_joules / self.joules if self.joules > 0 else 0.0

    @classmethod
    def of(cls, answers: Iterable[GenerationStats]) -> Usage:
        """The sum over `answers`."""
        every = tuple(answers)
        return cls(
            sum(stats.prompt_tokens for stats in every),
            sum(stats.cached_tokens for stats in every),
            sum(stats.completion_tokens for stats in every),
            sum(stats.energy.joules for stats in every),
            sum(s.energy.estimated_joules for s in every),
            tuple(dict.fromkeys(s.energy.note for s in every if s.energy.note)),
        )


def savings(price: Price, usage: Usage, electricity_usd_per_kwh: float) -> Savings:
    """What `usage` would have cost at `price`, less the electricity it took here."""
    cloud = _cloud_lines(price, usage)
    kwh = usage.joules / number_text.JOULES_PER_WH / 1_000
    per_kwh = number_text.price(electricity_usd_per_kwh)
    electricity = LedgerLine(
        tr("Electricity"),
        f"{number_text.energy(usage.joules)} {TIMES} {per_kwh}/kWh",
        # Zero joules give 0.0 here where a leading minus would give -0.0.
        0.0 - kwh * electricity_usd_per_kwh,
    )
    cloud_cost_usd = sum(line.usd for line in cloud)
    local_cost_usd = kwh * electricity_usd_per_kwh
    return Savings(
        reference_id=price.id,
        reference_name=price.name,
        currency="USD",
        cloud_cost_usd=cloud_cost_usd,
        local_cost_usd=local_cost_usd,
        saved_usd=cloud_cost_usd - local_cost_usd,
        lines=(*cloud, electricity),
        assumptions=_assumptions(price, usage),
        reference_source=price.source,
        estimated_share=usage.estimated_share,
    )


def _cloud_lines(price: Price, usage: Usage) -> tuple[LedgerLine, ...]:
    """A line for each kind of token that has a price; cached ones apart if priced apart."""
    cached = usage.cached_tokens
    cached_price = price.cached_input_usd_per_million
    if cached_price is None:
        cached, cached_price = 0, price.input_usd_per_million
    lines = []
    if price.input_usd_per_million is not None:
        fresh = usage.prompt_tokens - cached
        lines.append(_tokens_line(tr("Prompt tokens"), fresh, price.input_usd_per_million))
    if cached and cached_price is not None:
        lines.append(_tokens_line(tr("Cached prompt tokens"), cached, cached_price))
    if price.output_usd_per_million is not None:
        answered = usage.completion_tokens
        lines.append(_tokens_line(tr("Answer tokens"), answered, price.output_usd_per_million))
    return tuple(lines)


def _tokens_line(label: str, tokens: int, usd_per_million: float) -> LedgerLine:
    arithmetic = tr(
        "{tokens} \N{MULTIPLICATION SIGN} {price} / 1M",
        tokens=number_text.tokens(tokens),
        price=number_text.price(usd_per_million),
    )
    return LedgerLine(label, arithmetic, tokens * usd_per_million / MILLION)


def _assumptions(price: Price, usage: Usage) -> tuple[str, ...]:
    found = []
    if price.source:
        found.append(
            tr("The price of {name} is from {source}.", name=price.name, source=price.shown_source)
        )
    if price.input_usd_per_million is None:
        found.append(tr("The source gives no input price, so prompts count as free."))
    if price.output_usd_per_million is None:
        found.append(tr("The source gives no output price, so answers count as free."))
    if usage.cached_tokens and price.input_usd_per_million is not None:
        found.append(_cached_assumption(price))
    found.append(_energy_assumption(usage))
    found.append(
        tr("Tokens are counted as the local model splits text; the cloud's count differs.")
    )
    found.append(tr("Only electricity is counted here, not the price of the computer."))
    return tuple(found)


def _cached_assumption(price: Price) -> str:
    if price.cached_input_usd_per_million is None:
        return tr("Cached prompt tokens count at the full input price: no other price is known.")
    return tr("Prompt tokens cached here count as cached by the cloud too, at its lower price.")


def _energy_assumption(usage: Usage) -> str:
    statement = _energy_statement(usage)
    notes = "; ".join(tr(note) for note in usage.energy_notes)
    if notes:
        return tr("{statement}: {notes}.", statement=statement, notes=notes)
    return tr("{statement}.", statement=statement)


def _energy_statement(usage: Usage) -> str:
    if usage.estimated_joules <= 0:
        if usage.joules > 0:
            return tr("Electricity is measured")
        return tr("No electricity was counted")
    if usage.estimated_joules < usage.joules:
        share = number(usage.estimated_share, ".0%")
        return tr("Electricity is partly estimated ({share})", share=share)
    return tr("Electricity is estimated")
