"""Why a conversation can't be answered, in the words a person reads."""

from __future__ import annotations

from runtime.chat.context_fit import DoesNotFit
from runtime.chat.template import TemplateFailed
from runtime.errors import Problem


def template_problem(error: TemplateFailed) -> Problem:
    return Problem(
        kind="template_failed",
        title="The model's chat format refused these messages",
        message=f"Its template says: {error}",
        remedy="Change the last message, or start a new chat.",
    )


def full_problem(fitted: DoesNotFit, *, may_drop: bool) -> Problem:
    remedy = (
        "Continue without the oldest turns, or start a new chat."
        if may_drop
        else "Shorten the message, or load the model with a larger context."
    )
    return Problem(
        kind="context_full",
        title="The conversation no longer fits the context",
        message=(
            f"It needs {fitted.prompt_tokens:,} tokens and room for the answer; "
            f"this model was loaded with {fitted.n_ctx:,}"
        ),
        remedy=remedy,
    )
