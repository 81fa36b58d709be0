"""A message being changed in its own place."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QTextCursor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QSizePolicy, QVBoxLayout

from runtime.language import tr
from ui.controls import Button
from ui.labels import Label
from ui.theme import Theme

_MOST_LINES = 16
_LINE_PX = 22


class EditField(QPlainTextEdit):
    """Ctrl+Enter saves, Esc gives up."""

    saved = Signal()
    given_up = Signal()

    def __init__(self, theme: Theme, text: str, name: str) -> None:
        super().__init__()
        self.setFont(theme.font("reading"))
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(0)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self.setPlainText(text)
        self.moveCursor(QTextCursor.MoveOperation.End)
        self.textChanged.connect(self._grow)
        self._grow()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if control and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.saved.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.given_up.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._grow()

    def _grow(self) -> None:
        lines = max(1, int(self.document().size().height()))  # QPlainTextEdit counts in lines
        height = min(_MOST_LINES, lines) * self.fontMetrics().lineSpacing() + 4
        if height != self.height() or height != self.minimumHeight():
            self.setFixedHeight(height)


class MessageEdit(QFrame):
    """`saved` carries the text; `note` says what saving does."""

    saved = Signal(str)
    given_up = Signal()

    def __init__(self, theme: Theme, text: str, note: str) -> None:
        super().__init__()
        self._theme, self._note, self._was = theme, note, text
        self._busy = False
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 11, 10, 10)
        column.setSpacing(8)
        self.field = EditField(theme, text, tr("Edit message"))
        column.addWidget(self.field)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.note = Label(theme, note, "small", "tertiary", elided=True)
        self.cancel = Button(theme, tr("Cancel"), "plain", "compact")
        self.save = Button(theme, tr("Save"), "primary", "compact")
        row.addWidget(self.note, 1)
        row.addWidget(self.cancel)
        row.addWidget(self.save)
        column.addLayout(row)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.field.saved.connect(self._save)
        self.field.given_up.connect(self.given_up)
        self.field.textChanged.connect(self._judge)
        self.save.clicked.connect(self._save)
        self.cancel.clicked.connect(self.given_up)
        self._judge()

    def show_busy(self, *, busy: bool) -> None:
        """Nothing is saved while an answer is written: it would go nowhere."""
        self._busy = busy
        self.note.show_text(tr("An answer is being written") if busy else self._note)
        self._judge()

    def take_focus(self) -> None:
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def height_now(self) -> int:
        return self.field.minimumHeight() + self._theme.px("control.compact") + 29

    def sizeHint(self) -> QSize:
        return QSize(200, self.height_now())

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.height_now())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.color("line.control"), 1))
        painter.setBrush(self._theme.color("surface.field"))
        radius = self._theme.px("radius.composer")
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)

    def _save(self) -> None:
        if self.save.isEnabled():
            self.saved.emit(self.field.toPlainText().strip())

    def _judge(self) -> None:
        text = self.field.toPlainText().strip()
        self.save.setEnabled(bool(text) and text != self._was.strip() and not self._busy)
        self.updateGeometry()
