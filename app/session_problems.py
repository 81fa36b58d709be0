"""What the session itself has to tell a person."""

from __future__ import annotations

from runtime.errors import Problem
from runtime.protocol.messages import GenerationStats

REPACKING_CRASHED = Problem(
    "repacking_crashed",
    "The engine was started again in a safer way",
    "Repacked weights crashed this engine build on this processor; they are left out from now on",
    "Nothing needs to be done; a newer engine build tries them again.",
)

NO_MODEL = Problem(
    "no_model",
    "No model is loaded",
    "The message is kept",
    "Choose a model below the message field, then try again.",
)


def context_ran_out(stats: GenerationStats) -> Problem:
    """The answer reached the end of the context while it was being written."""
    return Problem(
        "context_full",
        "The context is full",
        f"The conversation and this answer fill all {stats.context_used:,} tokens of it",
        "Continue without the oldest turns, or start a new chat.",
    )
