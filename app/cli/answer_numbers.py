"""The numbers of one answer, as the JSON other programs read and as a line for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app import number_text
from app.savings import Savings
from runtime.protocol.messages import GenerationStats


@dataclass(frozen=True)
class AnswerNumbers:
    """An answer's text, what it took and what it saved."""

    text: str
    stats: GenerationStats
    savings: Savings

    def as_json(self) -> dict[str, Any]:
        """The object of `coterie run --json`. Its keys are stable."""
        stats, memory, savings = self.stats, self.stats.memory, self.savings
        return {
            "text": self.text,
            "finish_reason": stats.finish_reason,
            "prompt_tokens": stats.prompt_tokens,
            "cached_tokens": stats.cached_tokens,
            "completion_tokens": stats.completion_tokens,
            "prompt_tokens_per_second": stats.prompt_tokens_per_s,
            "decode_tokens_per_second": stats.decode_tokens_per_s,
            "ttft_seconds": stats.ttft_s,
            "elapsed_seconds": stats.elapsed_s,
            "threads": stats.n_threads,
            "context_used": stats.context_used,
            "memory": {
                "weights_bytes": memory.weights_bytes,
                "kv_bytes": memory.kv_bytes,
                "compute_bytes": memory.compute_bytes,
                "rss_bytes": memory.rss_bytes,
            },
            "energy": {
                "joules": stats.energy.joules,
                "source": stats.energy.source,
                "note": stats.energy.note,
            },
            "savings": {
                "reference": savings.reference_name,
                "currency": savings.currency,
                "cloud_cost": savings.cloud_cost_usd,
                "local_cost": savings.local_cost_usd,
                "saved": savings.saved_usd,
                "assumptions": list(savings.assumptions),
            },
        }

    def as_line(self) -> str:
        """`41.8 tok/s · first token 0.62 s · 1,204 prompt tokens (1,011 cached) · …`"""
        stats, savings = self.stats, self.savings
        parts = [number_text.tokens_per_s_unit(stats.decode_tokens_per_s)]
        if stats.ttft_s is not None:
            parts.append(f"first token {number_text.duration(stats.ttft_s)}")
        cached = f" ({number_text.tokens(stats.cached_tokens)} cached)"
        prompt = number_text.counted(stats.prompt_tokens, "prompt token")
        parts.append(prompt + (cached if stats.cached_tokens else ""))
        parts.append(number_text.counted(stats.completion_tokens, "token"))
        parts.append(f"stop: {stats.finish_reason}")
        saved = number_text.money_of_chat(savings.saved_usd)
        parts.append(f"saved {saved} vs {savings.reference_label}")
        return " · ".join(parts)
