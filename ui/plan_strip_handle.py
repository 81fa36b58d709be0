"""The handle in the strip of layers: the expert slider in another place."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from runtime.language import tr
from ui.slider import ValueHandle
from ui.theme import Theme


class StripHandle(ValueHandle):
    """Stands at the first layer whose experts are on the GPU."""

    WIDTH_PX, HEIGHT_PX = 12, 16

    def __init__(self, theme: Theme, strip: QWidget, count_at: Callable[[float], int]) -> None:
        """`count_at` turns a place along `strip` into a value."""
        super().__init__(theme, tr("Expert layers on CPU, handle in the strip of layers"))
        self.setParent(strip)
        self._count_at = count_at
        self.ring_radius = 4
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self.setFixedSize(self.WIDTH_PX, self.HEIGHT_PX)

    def sizeHint(self) -> QSize:
        return self.size()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self.move_to(self._count_at(self.x() + event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(False)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        over = self.underMouse() or self.isSliderDown()
        painter.setPen(QPen(self.theme.color("line.control"), 1))
        painter.setBrush(self.theme.color("surface.hover" if over else "surface.card"))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(QPen(self.theme.color("text.secondary"), 1))
        for x in (4.25, 7.75):
            painter.drawLine(QPointF(x, 5), QPointF(x, 11))
