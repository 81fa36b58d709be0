"""The values of the picture of one run, and the line about its machine."""

from __future__ import annotations

from app import number_text
from app.dashboard.card_values import CardValues
from app.dashboard.run import Run
from app.machine import Machine
from app.savings import Savings
from runtime.language import tr


def card_values(run: Run, model: str, savings: Savings | None, hardware: str) -> CardValues:
    """The picture of `run`. `savings` are of this run alone, `model` is the model's own name."""
    stats = run.stats
    tokens, joules = stats.completion_tokens, stats.energy.joules
    return CardValues(
        model=model,
        quantisation=run.facts.quant,
        hardware=hardware,
        ended_at_s=run.ended_at_s,
        answer_tokens=tokens,
        tokens_per_s=stats.decode_tokens_per_s,
        predicted=run.facts.predicted,
        ttft_s=stats.ttft_s,
        joules_per_token=joules / tokens if tokens > 0 and joules > 0 else None,
        energy_is_estimated=stats.energy.source == "estimated",
        saved_usd=None if savings is None else savings.saved_usd,
        compared_with="" if savings is None else savings.reference_label,
    )


def hardware_line(machine: Machine) -> str:
    """The parts that decide how fast a model runs: GPUs, processor, memory."""
    gpus = [gpu.name for gpu in machine.gpus.found]
    memory = tr("{size} RAM", size=number_text.gib_unit(machine.memory.total_bytes))
    return " \N{MIDDLE DOT} ".join([*gpus, machine.processor.name, memory])
