"""Searching all chats: the field, what was found, and how one goes between them."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.session_state import SessionCommands, SessionState
from ui.chat_search_field import SearchField
from ui.chat_search_view import HitView
from ui.theme import Theme


class ChatSearch(QObject):
    """`turned` is emitted when there may be something else to show, `passed` by Down from the field
    while nothing is searched.
    """

    turned = Signal()
    passed = Signal()

    def __init__(self, theme: Theme, commands: SessionCommands, parent: QWidget) -> None:
        super().__init__(parent)
        self._state: SessionState | None = None
        # What Enter was pressed for before there was an answer to it.
        self._awaited = ""
        self.field = SearchField(theme)
        self.hits = HitView(theme)
        self.hits.hide()
        self.field.wanted.connect(lambda words: commands.search_chats(words))
        self.field.textChanged.connect(self.turned)
        self.field.left.connect(self._leave_field)
        self.field.chosen.connect(self._open_first)
        self.hits.opened.connect(lambda hit: commands.open_hit(hit))
        self.hits.left.connect(lambda: self.field.setFocus(Qt.FocusReason.OtherFocusReason))
        self.hits.cleared.connect(self._clear)

    @property
    def is_on(self) -> bool:
        """Whether there is an answer to what stands in the field, or to what stood there before."""
        return self._state is not None and bool(self.field.words()) and bool(self._state.search)

    def show_state(self, state: SessionState) -> None:
        before, self._state = self._state, state
        if before is not None and before.hits is state.hits and before.search == state.search:
            return
        self.hits.rows.show_hits(state.hits)
        self.turned.emit()
        if self._awaited and self._awaited == self.field.words() == state.search:
            # Not now: a command while a state is being drawn would draw another inside it.
            QTimer.singleShot(0, self, self._open_first)

    def _open_first(self) -> None:
        """Of what stands in the field, now or once it has been searched for."""
        words = self.field.words()
        if self._state is None or self._state.search != words:
            self._awaited = words
            return
        self._awaited = ""
        if not self.hits.isHidden():
            self.hits.open_first()

    def _leave_field(self, down: bool) -> None:
        if not self.hits.isHidden():
            self.hits.enter(from_above=down)
        elif down:
            self.passed.emit()

    def _clear(self) -> None:
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.field.clear()
