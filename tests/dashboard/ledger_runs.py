"""Made-up runs with round numbers, and days where the tests say the computer is."""

from __future__ import annotations

from datetime import datetime

from app.dashboard.periods import Reckoning
from app.dashboard.run import Run
from app.dashboard.run_sums import RunSums
from app.prices import MonthlyCost, Price, PriceBook
from app.settings import Settings
from runtime.protocol.messages import Energy, EnergySource, GenerationStats, MemoryUse

FULL = Price(
    "full",
    "Cloud",
    input_usd_per_million=2.0,
    cached_input_usd_per_million=1.0,
    output_usd_per_million=10.0,
    source="Cloud's list",
    date="2026",
    kind="list",
    checked="2026-11-01",
)
OUTPUT_ONLY = Price(
    "out", "Article", output_usd_per_million=20.0, source="AINews, 2025", kind="published"
)
INPUT_ONLY = Price("in", "Mine", input_usd_per_million=4.0)
MONTH = (
    MonthlyCost("cheap", "Small", 400, 1_000_000, hardware="1 GPU", source="AINews, 2025"),
    MonthlyCost("dear", "Big", 3000, 1_000_000, at_least=True, source="AINews, 2025"),
)
BOOK = PriceBook((FULL, OUTPUT_ONLY, INPUT_ONLY), MONTH)
SETTINGS = Settings(reference_price="full", electricity_usd_per_kwh=0.30)


def at(text: str) -> float:
    """Unix time of a moment of the clock here: "2026-11-25 14:00"."""
    return datetime.fromisoformat(text).timestamp()


def stats(
    *,
    prompt: int = 1000,
    cached: int = 400,
    answer: int = 501,
    joules: float = 3600.0,
    source: EnergySource = "measured",
    measured_joules: float = 0.0,
    note: str = "counter",
    elapsed_s: float = 20.0,
    prompt_rate: float | None = 300.0,
    decode_rate: float | None = 50.0,
) -> GenerationStats:
    return GenerationStats(
        finish_reason="stop",
        prompt_tokens=prompt,
        cached_tokens=cached,
        completion_tokens=answer,
        ttft_s=0.1,
        prompt_tokens_per_s=prompt_rate,
        decode_tokens_per_s=decode_rate,
        elapsed_s=elapsed_s,
        n_threads=2,
        context_used=107,
        dropped_turns=0,
        energy=Energy(joules, source, note, measured_joules),
        memory=MemoryUse((), 0),
    )


def run(
    when: str | float,
    of: GenerationStats | None = None,
    *,
    chat: int | None = 1,
    model: str = "model",
    run_id: int = 0,
) -> Run:
    ended_at_s = when if isinstance(when, float) else at(when)
    return Run(run_id, ended_at_s, model, of or stats(), chat)


def reckoning(
    *runs: Run, now: str = "2026-11-25 14:00", settings: Settings = SETTINGS
) -> Reckoning:
    return Reckoning(RunSums(runs), BOOK, settings, at(now))
