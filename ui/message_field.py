"""The field a message is written in: grows with its text, sends with Enter, takes files."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragMoveEvent,
    QFocusEvent,
    QInputMethodEvent,
    QKeyEvent,
    QResizeEvent,
    QTextCursor,
)
from PySide6.QtWidgets import QPlainTextEdit

from runtime.language import tr
from ui.attachment_files import files_in
from ui.attachment_words import LONG_PASTE_CHARACTERS
from ui.theme import Theme

MOST_LINES = 8
_LINE_PX = 22


class MessageField(QPlainTextEdit):
    """Grows with its text to eight lines. Enter sends, Shift+Enter starts a line.

    `files_given` carries the paths of pasted files. `pasted_long` says that `pasted_text` is one.
    """

    sent = Signal()
    focus_changed = Signal()
    files_given = Signal(tuple)
    pasted_long = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._hint, self._theme = "", theme
        self._pasted: tuple[QTextCursor, QTextCursor] | None = None
        self.setFont(theme.font("reading"))
        self.setAccessibleName(tr("Message"))
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
            # Qt 6.11 draws another text only with the next change of the document.
            self.viewport().update()

    def pasted_text(self) -> str:
        """What is left of the long text that was pasted last."""
        pasted = self._pasted_range()
        return pasted.selection().toPlainText() if pasted is not None else ""

    def take_pasted(self) -> str:
        """Take that text out of the message."""
        pasted, self._pasted = self._pasted_range(), None
        if pasted is None:
            return ""
        text = pasted.selection().toPlainText()
        pasted.removeSelectedText()
        return text

    def insertFromMimeData(self, source: QMimeData) -> None:
        paths = files_in(source)
        if paths:
            self.files_given.emit(paths)
            return
        start = self.textCursor().selectionStart()
        super().insertFromMimeData(source)
        end = self.textCursor().position()
        if end - start > LONG_PASTE_CHARACTERS:
            self._pasted = (self._mark(start), self._mark(end))
            self._pasted[1].setKeepPositionOnInsert(True)
            self.pasted_long.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files are for the whole composer; only text is dropped at a place in the message."""
        if files_in(event.mimeData()):
            event.ignore()
        else:
            super().dragEnterEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if files_in(event.mimeData()):
            event.ignore()
        else:
            super().dragMoveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.sent.emit()
        else:
            super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        super().inputMethodEvent(event)
        self._grow()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._grow()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focus_changed.emit()

    def _mark(self, position: int) -> QTextCursor:
        """A place in the text that moves with it."""
        cursor = QTextCursor(self.document())
        cursor.setPosition(position)
        return cursor

    def _pasted_range(self) -> QTextCursor | None:
        if self._pasted is None:
            return None
        start, end = self._pasted
        if start.position() >= end.position():
            return None
        whole = self._mark(start.position())
        whole.setPosition(end.position(), QTextCursor.MoveMode.KeepAnchor)
        return whole

    def _lines(self) -> int:
        """As wrapped; no more are counted than make a difference."""
        layout, block, lines = self.document().documentLayout(), self.document().begin(), 0
        while block.isValid() and lines <= MOST_LINES:
            layout.blockBoundingRect(block)  # What was just pasted is not laid out before.
            lines += max(1, block.lineCount())
            block = block.next()
        return lines

    def _grow(self) -> None:
        line_px, lines = self.fontMetrics().lineSpacing(), self._lines()
        shown = min(MOST_LINES, lines)
        policy = Qt.ScrollBarPolicy
        wanted = policy.ScrollBarAsNeeded if lines > MOST_LINES else policy.ScrollBarAlwaysOff
        if wanted != self.verticalScrollBarPolicy():
            self.setVerticalScrollBarPolicy(wanted)
        height = shown * line_px + (_LINE_PX - line_px)
        if height != self.height():
            self.setFixedHeight(height)
