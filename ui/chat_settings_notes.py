"""What is said of a model's thinking and of its papers, and what can be chosen of the first."""

from __future__ import annotations

import re
from typing import cast

from msgspec.structs import replace

from app.chat_settings import ChatSettings
from app.local_models import LocalModel
from runtime.language import marked, tr, tr_in
from runtime.protocol.messages import (
    Reasoning,
    ReasoningEffort,
    ReasoningMode,
    ReasoningSupport,
)

_REPO = re.compile(r"[\w.-]{1,96}/[\w.-]{1,96}")
_HUB = "https://huggingface.co"


# Reasoning


def thinking() -> str:
    return tr_in("setting", "Thinking")


def reasoning_choices(support: ReasoningSupport) -> tuple[tuple[str, str], ...]:
    """(value, text) of what can be chosen; nothing where there is no choice."""
    if support == "switch":
        return (("default", tr("Model's own")), ("on", tr("On")), ("off", tr("Off")))
    if support == "effort":
        return (
            ("", tr("Model's own")),
            ("low", tr("Low")),
            ("medium", tr("Medium")),
            ("high", tr("High")),
        )
    return ()


def reasoning_line(support: ReasoningSupport) -> str:
    return {
        "none": "",
        "always": tr("This model always thinks before it answers; that can't be turned off."),
        "switch": tr("Thinking first takes longer and is often better for hard questions."),
        "effort": tr("How long the model thinks before it answers."),
    }[support]


def reasoning_value(reasoning: Reasoning, support: ReasoningSupport) -> str:
    return reasoning.effort if support == "effort" else reasoning.mode


def with_reasoning(settings: ChatSettings, support: ReasoningSupport, value: str) -> ChatSettings:
    if support == "effort":
        changed = replace(settings.reasoning, effort=cast(ReasoningEffort, value))
    else:
        changed = replace(settings.reasoning, mode=cast(ReasoningMode, value))
    return replace(settings, reasoning=changed)


# The model's papers

DATA_LINE = marked("What it was trained on stands on its page, as far as its makers tell.")
NO_PAGE_LINE = marked("Where its file is from is not known here, so there is no page to read.")


def no_guard() -> str:
    return tr_in("guard model", "None")


def licence_line(model: LocalModel) -> str:
    if not model.licence:
        return tr("The file of {model} names no licence.", model=model.name)
    return tr(
        "{model} stands under the licence {licence}.", model=model.name, licence=model.licence
    )


def model_page(model: LocalModel, endpoint: str = "") -> str:
    """The address of its repository, "" where nobody knows it."""
    if not _REPO.fullmatch(model.repo):
        return ""
    return f"{endpoint.rstrip('/') or _HUB}/{model.repo}"
