"""What is said of a model's thinking and of its papers, and what can be chosen of the first."""

from __future__ import annotations

import re
from typing import cast

from msgspec.structs import replace

from app.chat_settings import ChatSettings
from app.local_models import LocalModel
from runtime.protocol.messages import (
    Reasoning,
    ReasoningEffort,
    ReasoningMode,
    ReasoningSupport,
)

_REPO = re.compile(r"[\w.-]{1,96}/[\w.-]{1,96}")
_HUB = "https://huggingface.co"


# Reasoning


def reasoning_choices(support: ReasoningSupport) -> tuple[tuple[str, str], ...]:
    """(value, text) of what can be chosen; nothing where there is no choice."""
    if support == "switch":
        return (("default", "Model's own"), ("on", "On"), ("off", "Off"))
    if support == "effort":
        return (("", "Model's own"), ("low", "Low"), ("medium", "Medium"), ("high", "High"))
    return ()


def reasoning_line(support: ReasoningSupport) -> str:
    return {
        "none": "",
        "always": "This model always thinks before it answers; that can't be turned off.",
        "switch": "Thinking first takes longer and is often better for hard questions.",
        "effort": "How long the model thinks before it answers.",
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

NO_GUARD = "None"
DATA_LINE = "What it was trained on stands on its page, as far as its makers tell."
NO_PAGE_LINE = "Where its file is from is not known here, so there is no page to read."


def licence_line(model: LocalModel) -> str:
    if not model.licence:
        return f"The file of {model.name} names no licence."
    return f"{model.name} stands under the licence {model.licence}."


def model_page(model: LocalModel, endpoint: str = "") -> str:
    """The address of its repository, "" where nobody knows it."""
    if not _REPO.fullmatch(model.repo):
        return ""
    return f"{endpoint.rstrip('/') or _HUB}/{model.repo}"
