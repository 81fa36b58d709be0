"""What the parts of a chat's settings share: a heading, and a way to change what is set."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.chat_settings import ChatSettings
from app.session_state import SessionState
from ui.labels import Label
from ui.theme import Theme

Change = Callable[[ChatSettings], None]


class Section(QWidget):
    """Draws a state; `change` takes the whole settings with something changed in them."""

    def __init__(self, theme: Theme, heading: str, change: Change) -> None:
        super().__init__()
        self._theme, self._change_chat = theme, change
        self.settings = ChatSettings()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 16, 0, 16)
        self.column.setSpacing(0)
        self.column.addWidget(Label(theme, heading, "card_title"))
        self.column.addSpacing(6)

    def show_state(self, state: SessionState) -> None:
        """Draw it; what is being typed stays."""
        self.settings = state.conversation.settings

    def forget(self) -> None:
        """Another chat is shown: drop what was typed and not kept."""

    def change(self, settings: ChatSettings) -> None:
        if settings != self.settings:
            self._change_chat(settings)
