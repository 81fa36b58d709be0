"""An icon that is no button."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ui.theme import Theme


class IconMark(QWidget):
    """Decoration: whatever it means also stands in words beside it."""

    def __init__(self, theme: Theme, icon: str, size: int, color: str) -> None:
        super().__init__()
        self._theme, self._icon, self._color = theme, icon, color
        self.setFixedSize(size, size)

    def show_icon(self, icon: str, color: str) -> None:
        if (icon, color) != (self._icon, self._color):
            self._icon, self._color = icon, color
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        pixmap = self._theme.icon(self._icon, self.width(), self._color, self.devicePixelRatioF())
        QPainter(self).drawPixmap(0, 0, pixmap)
