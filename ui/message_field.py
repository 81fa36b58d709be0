"""The field a message is written in: grows with its text, sends with Enter."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QInputMethodEvent,
    QKeyEvent,
)
from PySide6.QtWidgets import QPlainTextEdit

from ui.theme import Theme

MOST_LINES = 8
_LINE_PX = 22


class MessageField(QPlainTextEdit):
    """Grows with its text to eight lines. Enter sends, Shift+Enter starts a line."""

    sent = Signal()
    focus_changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._hint, self._theme = "", theme
        self.setFont(theme.font("reading"))
        self.setAccessibleName("Message")
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(0)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self.setCursorWidth(1)
        self.textChanged.connect(self._grow)
        self._grow()

    def show_hint(self, hint: str) -> None:
        if hint != self._hint:
            self._hint = hint
            self.setPlaceholderText(hint)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.sent.emit()
        else:
            super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        super().inputMethodEvent(event)
        self._grow()

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self._grow()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focus_changed.emit()

    def _grow(self) -> None:
        line_px = self.fontMetrics().lineSpacing()
        lines = max(1, int(self.document().size().height()))  # QPlainTextEdit counts in lines
        shown = min(MOST_LINES, lines)
        policy = Qt.ScrollBarPolicy
        wanted = policy.ScrollBarAsNeeded if lines > MOST_LINES else policy.ScrollBarAlwaysOff
        if wanted != self.verticalScrollBarPolicy():
            self.setVerticalScrollBarPolicy(wanted)
        height = shown * line_px + (_LINE_PX - line_px)
        if height != self.height():
            self.setFixedHeight(height)
