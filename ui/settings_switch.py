"""A switch: on or off, at once."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPaintEvent, QPen

from ui.controls import PaintedButton
from ui.theme import Theme

_WIDTH_PX, _HEIGHT_PX, _KNOB_PX, _OFF_KNOB_PX = 36, 20, 7, 6


class Switch(PaintedButton):
    """`turned` carries what a person switched it to."""

    turned = Signal(bool)

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__(theme, name)
        self.ring_radius = _HEIGHT_PX // 2
        self.setCheckable(True)
        self.setFixedSize(_WIDTH_PX, _HEIGHT_PX)
        self.clicked.connect(self.turned)

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH_PX, _HEIGHT_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = self.begin()
        color, radius = self.theme.color, _HEIGHT_PX / 2
        box = QRectF(0.5, 0.5, _WIDTH_PX - 1, _HEIGHT_PX - 1)
        edge = "line.control" if self.isEnabled() else "line.line"
        if self.isChecked():
            ground = "action.ink" if self.isEnabled() else "text.disabled"
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color(ground))
            painter.drawRoundedRect(QRectF(0, 0, _WIDTH_PX, _HEIGHT_PX), radius, radius)
            painter.setBrush(color("action.on_ink"))
            painter.drawEllipse(QPointF(_WIDTH_PX - radius, radius), _KNOB_PX, _KNOB_PX)
            return
        painter.setPen(QPen(color(edge), 1))
        painter.setBrush(color("surface.hover" if self.hovered() else "surface.field"))
        painter.drawRoundedRect(box, radius, radius)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(edge))
        painter.drawEllipse(QPointF(radius, radius), _OFF_KNOB_PX, _OFF_KNOB_PX)
