"""One run as the database keeps it: an answer's numbers without a word of its text."""

from __future__ import annotations

import msgspec

from runtime.protocol.messages import GenerationStats


class RunFacts(msgspec.Struct, frozen=True):
    """What was loaded. `placement` is a short text that is equal for equal placements, `tuned`
    whether it was measured; `predicted` is (low, high) decode tokens/s, None without a plan.
    """

    quant: str = ""
    engine: str = ""
    placement: str = ""
    n_ctx: int = 0
    tuned: bool = False
    predicted: tuple[float, float] | None = None
    experts_captured: bool = False


class Run(msgspec.Struct, frozen=True):
    """`ended_at_s` is Unix time. `conversation_id` is None once that chat is deleted for good."""

    id: int
    ended_at_s: float
    model_id: str
    stats: GenerationStats
    conversation_id: int | None = None
    message_id: int | None = None
    facts: RunFacts = RunFacts()
