"""How the Discover list draws text, places in memory, predictions and what is still read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath

from app.discover.state import Prediction
from ui.band_chart import draw_dot
from ui.hatching import disk_brush
from ui.theme import Theme

BAR_PX, BAND_PX = 12, 14
_SKELETON_PX = 10
TONES = {
    "primary": "text.primary",
    "secondary": "text.secondary",
    "tertiary": "text.tertiary",
    "ok": "state.ok",
    "warn": "state.warn",
    "error": "state.error",
}
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class Ink:
    """A type role, a weight and a tone to draw text in."""

    role: str = "ui"
    tone: str = "primary"
    weight: int | None = None
    tabular: bool = True


def draw_text(
    painter: QPainter,
    theme: Theme,
    box: QRectF,
    text: str,
    ink: Ink,
    align: Qt.AlignmentFlag = LEFT,
) -> float:
    """One line in `box`, with an ellipsis where it has no room. Answers how wide it became."""
    font = theme.font(ink.role, ink.weight, tabular=ink.tabular)
    metrics = QFontMetricsF(font)
    width = metrics.horizontalAdvance(text)
    if width > box.width() + 1:
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        width = metrics.horizontalAdvance(text)
    painter.setFont(font)
    painter.setPen(theme.color(TONES[ink.tone]))
    # Drawn into exactly its own width, the last letter would be cut at half pixels.
    if align & Qt.AlignmentFlag.AlignRight:
        box = box.adjusted(-2, 0, 0, 0)
    else:
        box = box.adjusted(0, 0, 2, 0)
    painter.drawText(box, align, text)
    return width


def text_px(theme: Theme, text: str, ink: Ink) -> float:
    font = theme.font(ink.role, ink.weight, tabular=ink.tabular)
    return QFontMetricsF(font).horizontalAdvance(text)


def place_sizes(prediction: Prediction) -> tuple[tuple[str, int], ...]:
    """GPU, RAM and disk in the design's order, only what has a size."""
    places = (
        ("gpu", prediction.gpu_bytes),
        ("ram", prediction.ram_bytes),
        ("disk", prediction.disk_bytes),
    )
    return tuple(place for place in places if place[1] > 0)


def place_edges(sizes: Sequence[tuple[str, int]], width: float) -> list[tuple[str, float, float]]:
    """Each place with its left and right edge; one pixel of ground parts neighbours."""
    total = sum(size for _, size in sizes)
    edges, left = [], 0.0
    for number, (place, size) in enumerate(sizes):
        right = width if number == len(sizes) - 1 else left + width * size / total
        edges.append((place, left + (1.0 if number else 0.0), right))
        left = right
    return edges


def draw_places(
    painter: QPainter, theme: Theme, box: QRectF, sizes: Sequence[tuple[str, int]]
) -> None:
    """The bar of where a model would live: dark on the GPU, grey in RAM, hatched on disk."""
    painter.save()
    clip = QPainterPath()
    radius = theme.px("radius.cell")
    clip.addRoundedRect(box, radius, radius)
    painter.setClipPath(clip)
    ratio = painter.device().devicePixelRatioF()
    for place, left, right in place_edges(sizes, box.width()):
        part = QRectF(box.left() + left, box.top(), max(1.0, right - left), box.height())
        fill = disk_brush(theme, ratio) if place == "disk" else theme.color(f"place.{place}")
        painter.fillRect(part, fill)
    painter.restore()


def draw_swatch(painter: QPainter, theme: Theme, place: str, box: QRectF) -> None:
    """A legend's sample of one place."""
    painter.setPen(Qt.PenStyle.NoPen)
    brush = disk_brush(theme, painter.device().devicePixelRatioF())
    painter.setBrush(brush if place == "disk" else theme.color(f"place.{place}"))
    painter.drawRoundedRect(box, 2, 2)


@dataclass(frozen=True)
class Band:
    """A predicted speed and its range, and what was measured; on an axis from 0 to `top`."""

    top: float
    value: float = 0.0
    low: float = 0.0
    high: float = 0.0
    measured: float | None = None


def draw_band(painter: QPainter, theme: Theme, box: QRectF, band: Band) -> None:
    middle = box.center().y()
    painter.fillRect(QRectF(box.left(), middle - 0.5, box.width(), 1), theme.color("line.line"))
    scale = box.width() / band.top if band.top else 0.0
    painter.setPen(Qt.PenStyle.NoPen)
    if band.value:
        bar = theme.px("chart.range_bar")
        left, right = box.left() + band.low * scale, box.left() + band.high * scale
        painter.setBrush(theme.color("chart.band_bar"))
        painter.drawRoundedRect(QRectF(left, middle - bar / 2, right - left, bar), 2, 2)
        if band.measured is None:
            tick = theme.px("stroke.predicted_tick")
            at = box.left() + band.value * scale
            painter.setBrush(theme.color("chart.tick"))
            height = min(box.height(), BAR_PX)
            painter.drawRoundedRect(QRectF(at - tick / 2, middle - height / 2, tick, height), 1, 1)
    if band.measured is not None:
        draw_dot(painter, theme, QPointF(box.left() + band.measured * scale, middle))


def draw_skeleton(painter: QPainter, color: QColor, box: QRectF, share: float = 1.0) -> None:
    """A still block where something is being read."""
    top = box.center().y() - _SKELETON_PX / 2
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawRoundedRect(QRectF(box.left(), top, box.width() * share, _SKELETON_PX), 3, 3)
