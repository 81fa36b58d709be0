"""Stands in for the session where the composer and a chat's settings need more of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from msgspec.structs import replace as replace_settings

from app.chat_settings import ChatSettings, Preset
from app.session_state import SessionState
from tests.ui import states
from tests.ui.recording_commands import RecordingCommands


class RecordingChat(RecordingCommands):
    """Keeps what was asked for and, once it has a `show`, answers settings as the session does."""

    def __init__(self) -> None:
        super().__init__()
        self.state = states.state()
        self.show: Callable[[SessionState], None] = lambda _state: None

    @property
    def chat(self) -> ChatSettings:
        return self.state.conversation.settings

    def put(self, **changes: object) -> None:
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]
        self.show(self.state)

    def change_chat(self, settings: ChatSettings) -> None:
        self.calls.append(("change_chat", settings))
        self.put(conversation=replace(self.state.conversation, settings=settings))

    def save_preset(self, name: str) -> None:
        self.calls.append(("save_preset", name))
        settings = replace_settings(self.chat, preset=name)
        others = tuple(one for one in self.state.presets if one.name != name)
        self.put(presets=(*others, Preset(name, settings)))
        self.put(conversation=replace(self.state.conversation, settings=settings))

    def delete_preset(self, name: str) -> None:
        self.calls.append(("delete_preset", name))
        self.put(presets=tuple(one for one in self.state.presets if one.name != name))


class ChosenChatFiles:
    """Answers at once what the person would choose."""

    def __init__(self) -> None:
        self.files: tuple[str, ...] = ()
        self.to_read, self.to_write = "", ""
        self.offered_name = ""

    def attachments(self, parent: object) -> tuple[str, ...]:
        return self.files

    def preset_to_read(self, parent: object) -> str:
        return self.to_read

    def preset_to_write(self, parent: object, name: str) -> str:
        self.offered_name = name
        return self.to_write
