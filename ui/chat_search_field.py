"""The field that searches all chats: it asks once nothing has been typed for a moment."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit

from runtime.language import tr
from ui.theme import Theme

PAUSE_MS = 150
_ICON_PX, _SIDE_PX = 16, 11


class SearchField(QLineEdit):
    """A line edit with the glass before and the shortcut behind its text.

    `wanted` carries what to search for, "" for no longer. `left` is emitted by Up (False) and Down
    (True), `chosen` by Enter.
    """

    wanted = Signal(str)
    left = Signal(bool)
    chosen = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setFont(theme.font("ui"))
        self.setFixedHeight(theme.px("control.default"))
        self.setPlaceholderText(tr("Search chats"))
        self.setAccessibleName(tr("Search chats"))
        self.setTextMargins(24, 0, 0, 0)
        self.setClearButtonEnabled(False)
        self._asked = ""
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.ask)
        self.textChanged.connect(self._typed)

    def sizeHint(self) -> QSize:
        # The style sheet knows one height only.
        return QSize(super().sizeHint().width(), self._theme.px("control.default"))

    def words(self) -> str:
        return self.text().strip()

    def ask(self) -> None:
        """Search now for what stands here, unless that was done."""
        self._pause.stop()
        if self.words() != self._asked:
            self._asked = self.words()
            self.wanted.emit(self._asked)

    def _typed(self) -> None:
        if self.words():
            self._pause.start()
        else:
            self.ask()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        icon = self._theme.icon("search", _ICON_PX, "text.tertiary", self.devicePixelRatioF())
        painter.drawPixmap(_SIDE_PX, (self.height() - _ICON_PX) // 2, icon)
        if not self.text():
            painter.setFont(self._theme.font("caption"))
            painter.setPen(self._theme.color("text.tertiary"))
            box = self.rect().adjusted(0, 0, -_SIDE_PX, 0)
            painter.drawText(
                box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, "Ctrl K"
            )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.left.emit(key == Qt.Key.Key_Down)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.ask()
            self.chosen.emit()
        else:
            super().keyPressEvent(event)
