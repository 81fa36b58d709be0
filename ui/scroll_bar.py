"""A scroll bar that keeps its place but is drawn only when there is something to scroll."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QScrollBar, QWidget

from ui.theme import Theme

SCROLL_BAR_PX = 10
_HANDLE_PX, _LEAST_HANDLE_PX, _END_PX = 6, 32, 2


class SlimScrollBar(QScrollBar):
    """Vertical."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self._theme = theme
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        return QSize(SCROLL_BAR_PX, 40)

    def paintEvent(self, _event: QPaintEvent) -> None:
        span = self.maximum() - self.minimum()
        if span <= 0:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        over = self.underMouse() or self.isSliderDown()
        painter.setBrush(self._theme.color("line.control" if over else "line.line"))
        groove = self.height() - 2 * _END_PX
        length = max(_LEAST_HANDLE_PX, groove * self.pageStep() / (span + self.pageStep()))
        top = _END_PX + (groove - length) * (self.value() - self.minimum()) / span
        box = QRectF((SCROLL_BAR_PX - _HANDLE_PX) / 2, top, _HANDLE_PX, length)
        painter.drawRoundedRect(box, _HANDLE_PX / 2, _HANDLE_PX / 2)


class ScrollArea(QScrollArea):
    """Scrolls `content` up and down; its ground is what lies under it."""

    def __init__(self, theme: Theme, content: QWidget | None = None) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setVerticalScrollBar(SlimScrollBar(theme))
        self.viewport().setAutoFillBackground(False)
        if content is not None:
            self.show_content(content)

    def show_content(self, content: QWidget) -> None:
        self.setWidget(content)
        content.setAutoFillBackground(False)  # QScrollArea.setWidget turns it on.
