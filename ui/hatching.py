"""Marks of a place in memory: solid on the GPU, tinted with an outline in RAM, hatched on disk."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPixmap

from ui.theme import Theme

DISK_PITCH_PX, DISK_LINE_PX = 4, 1.5


def disk_brush(theme: Theme, ratio: float = 1.0) -> QBrush:
    """Lines at 45 degrees, as a texture: filling hundreds of cells with it costs nothing."""
    ground = theme.hex("place.disk_hatch_ground")
    return QBrush(_tile(ground, theme.hex("place.disk_hatch_line"), ratio))


@lru_cache(maxsize=8)
def _tile(ground: str, line: str, ratio: float) -> QPixmap:
    # Along an edge the lines are a diagonal's length apart; whole pixels let tiles join.
    side = round(DISK_PITCH_PX * 2**0.5)
    pixmap = QPixmap(round(side * ratio), round(side * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(QColor(ground))
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(line), DISK_LINE_PX))
    for shift in (-side, 0, side):
        painter.drawLine(QPointF(shift - 1, side + 1), QPointF(shift + side + 1, -1))
    painter.end()
    return pixmap


def draw_swatch(painter: QPainter, theme: Theme, place: str, box: QRectF) -> None:
    """A legend's sample of "gpu", "ram" or "disk" in no class's colour."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if place == "gpu":
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("text.secondary"))
        painter.drawRoundedRect(box, 3, 3)
        return
    line = "text.secondary" if place == "ram" else "line.control"
    painter.setPen(QPen(theme.color(line), 1))
    painter.setBrush(theme.color("surface.selected") if place == "ram" else disk_brush(theme))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
