"""Finished answers' numbers, made up."""

from __future__ import annotations

from runtime.protocol.messages import Energy, EnergySource, GenerationStats, MemoryUse


def answer(
    joules: float = 0.0,
    source: EnergySource = "measured",
    note: str = "counter",
    *,
    prompt_tokens: int = 100,
    cached_tokens: int = 40,
    completion_tokens: int = 7,
) -> GenerationStats:
    return GenerationStats(
        finish_reason="stop",
        prompt_tokens=prompt_tokens,
        cached_tokens=cached_tokens,
        completion_tokens=completion_tokens,
        ttft_s=0.1,
        prompt_tokens_per_s=None,
        decode_tokens_per_s=None,
        elapsed_s=1.0,
        n_threads=2,
        context_used=107,
        dropped_turns=0,
        energy=Energy(joules, source, note),
        memory=MemoryUse((), 0),
    )
