"""The button at the end of the composer."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPaintEvent

from runtime.language import tr
from ui.controls import PaintedButton
from ui.theme import Theme


class SendButton(PaintedButton):
    """Send, or Stop while an answer runs."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("Send"))
        self.is_stop = False
        self.setFixedSize(32, 32)
        self.setToolTip(tr("Send (Enter)"))

    def show_stop(self, is_stop: bool) -> None:
        if is_stop != self.is_stop:
            self.is_stop = is_stop
            self.setAccessibleName(tr("Stop") if is_stop else tr("Send"))
            self.setToolTip(tr("Stop (Esc)") if is_stop else tr("Send (Enter)"))
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = self.begin()
        color = self.theme.color
        radius = self.theme.px("radius.control")
        if not self.isEnabled():
            self.fill(painter, color("surface.sunken"), radius)
            self.draw_icon(painter, "arrow-up", 18, "text.tertiary", 7, 7)
            return
        self.fill(painter, color("action.ink_hover" if self.hovered() else "action.ink"), radius)
        if self.is_stop:
            painter.setBrush(color("action.on_ink"))
            painter.drawRoundedRect(QRectF(10, 10, 12, 12), 2, 2)
        else:
            self.draw_icon(painter, "arrow-up", 18, "action.on_ink", 7, 7)
