"""Why a conversation can't be answered, in the words a person reads."""

from __future__ import annotations

from runtime.chat.context_fit import DoesNotFit
from runtime.chat.template import TemplateFailed
from runtime.errors import Problem
from runtime.language import number, tr


def template_problem(error: TemplateFailed) -> Problem:
    return Problem(
        kind="template_failed",
        title=tr("The model's chat format refused these messages"),
        message=tr("Its template says: {reason}", reason=error),
        remedy=tr("Change the last message, or start a new chat."),
    )


def full_problem(fitted: DoesNotFit, *, may_drop: bool) -> Problem:
    remedy = (
        tr("Continue without the oldest turns, or start a new chat.")
        if may_drop
        else tr("Shorten the message, or load the model with a larger context.")
    )
    return Problem(
        kind="context_full",
        title=tr("The conversation no longer fits the context"),
        message=tr(
            "It needs {needed} tokens and room for the answer; this model was loaded with {held}",
            needed=number(fitted.prompt_tokens, ","),
            held=number(fitted.n_ctx, ","),
        ),
        remedy=remedy,
    )
