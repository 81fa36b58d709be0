"""Where the session's state is kept: whoever changes it does so here, and the window is told."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from app import session_events
from app.session_state import Conversation, SessionState
from runtime.errors import Problem

REPAINT_MS = 33
# Parts of an answer that nobody reads are shown as numbers, which change four times a second.
UNREAD_MS = 250


class SessionBoard(QObject):
    """`changed` carries the new `SessionState`, at most 30 times a second.

    While the answer is `unread`, its parts alone change it four times a second.
    """

    changed = Signal(object)

    def __init__(self, state: SessionState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self.unread = False
        self._repaint = QTimer(self, singleShot=True)
        self._repaint.timeout.connect(lambda: self.changed.emit(self._state))

    @property
    def state(self) -> SessionState:
        return self._state

    @property
    def conversation(self) -> Conversation:
        return self._state.conversation

    def put(self, state: SessionState) -> None:
        """`state` in place of what was."""
        self._state = state
        self._repaint_within(REPAINT_MS)

    def put_part(self, state: SessionState) -> None:
        """The same, where only the running answer went on."""
        self._state = state
        self._repaint_within(UNREAD_MS if self.unread else REPAINT_MS)

    def _repaint_within(self, most_ms: int) -> None:
        if not self._repaint.isActive() or self._repaint.remainingTime() > most_ms:
            self._repaint.start(most_ms)

    def put_silently(self, state: SessionState) -> None:
        """The same, where the window knows already: it is what was typed into it."""
        self._state = state

    def change(self, **changes: object) -> None:
        self.put(replace(self._state, **changes))  # type: ignore[arg-type]

    def tell(self, problem: Problem) -> None:
        """Show a notice until it is dismissed."""
        self.change(notices=session_events.with_notices(self._state, (problem,)))
