"""A bar as long as its share of the longest in its table."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme import Theme

_HEIGHT_PX, _LEAST_PX = 10, 2


class ShareBar(QWidget):
    """Decoration: its number stands beside it. The bar of this machine has the ink of what was
    measured. `is_track` draws the whole length under it.
    """

    def __init__(self, theme: Theme, *, is_track: bool = False) -> None:
        super().__init__()
        self._theme, self._is_track = theme, is_track
        self.share: float | None = None
        self._is_here = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_HEIGHT_PX)

    def show_share(self, share: float | None, *, is_here: bool = False) -> None:
        """From 0 to 1; None, or nothing to show, draws nothing."""
        if (share, is_here) != (self.share, self._is_here):
            self.share, self._is_here = share, is_here
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(60, _HEIGHT_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if self._is_track:
            painter.setBrush(self._theme.color("surface.sunken"))
            painter.drawRoundedRect(QRectF(self.rect()), 2, 2)
        if self.share is None or self.share <= 0:
            return
        width = max(_LEAST_PX, min(1.0, self.share) * self.width())
        ink = "chart.measured" if self._is_here else "chart.bar"
        painter.setBrush(self._theme.color(ink))
        radius = min(2.0, width / 2)
        painter.drawRoundedRect(QRectF(0, 0, width, _HEIGHT_PX), radius, radius)


def shares(amounts: list[float | None]) -> list[float | None]:
    """Of the greatest; None stays None."""
    most = max((amount for amount in amounts if amount is not None), default=0.0)
    return [None if amount is None or most <= 0 else max(0.0, amount) / most for amount in amounts]
