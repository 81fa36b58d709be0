"""What the session itself has to tell a person."""

from __future__ import annotations

from runtime.errors import Problem
from runtime.language import number, tr
from runtime.protocol.messages import GenerationStats


def repacking_crashed() -> Problem:
    """It crashed with repacked weights and is started again without them."""
    return Problem(
        "repacking_crashed",
        tr("The engine was started again in a safer way"),
        tr(
            "Repacked weights crashed this engine build on this processor; they are left out from"
            " now on"
        ),
        tr("Nothing needs to be done; a newer engine build tries them again."),
    )


def no_model() -> Problem:
    """A message was sent and there is nothing to answer it."""
    return Problem(
        "no_model",
        tr("No model is loaded"),
        tr("The message is kept"),
        tr("Choose a model below the message field, then try again."),
    )


def context_ran_out(stats: GenerationStats) -> Problem:
    """The answer reached the end of the context while it was being written."""
    return Problem(
        "context_full",
        tr("The context is full"),
        tr(
            "The conversation and this answer fill all {count} tokens of it",
            count=number(stats.context_used, ","),
        ),
        tr("Continue without the oldest turns, or start a new chat."),
    )
