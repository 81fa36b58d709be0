"""What a session works with, as far as it needs to know it."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from app.chat_settings import Preset
from app.local_models import LocalModel
from app.savings import Savings
from app.session_state import Conversation
from app.settings import Settings
from runtime.errors import Problem


class ModelShelf(Protocol):
    """The models on this machine (`LocalModels`)."""

    def scan(self) -> tuple[LocalModel, ...]: ...

    @property
    def folder(self) -> Path: ...

    @property
    def problems(self) -> tuple[Problem, ...]: ...


class PresetShelf(Protocol):
    """Named sets of choices for a chat (`PresetFolder`)."""

    def all(self) -> tuple[Preset, ...]: ...
    def save(self, preset: Preset) -> None: ...
    def delete(self, name: str) -> None: ...


class NoPresets:
    """Where none can be kept."""

    def all(self) -> tuple[Preset, ...]:
        return ()

    def save(self, preset: Preset) -> None:
        """It is not kept."""

    def delete(self, name: str) -> None:
        """There is none."""


class Accountant(Protocol):
    """Sums up what a conversation's answers saved (`ConversationSavings`)."""

    def of(self, conversation: Conversation, settings: Settings) -> Savings | None: ...
