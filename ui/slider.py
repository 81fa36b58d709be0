"""Values along a line: our slider, and what it shares with other handles that move one value."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QSlider

from ui.focus_ring import focus_came, focus_went
from ui.hatching import disk_brush
from ui.theme import Theme

PAGE_STEP = 8
_HEIGHT_PX, _TICK_PX, _HATCH_PX, _INNER_PX = 20, 4, 7, 3


class ValueHandle(QSlider):
    """A value that a person moves: `chosen` tells it; what is shown comes from `show_value`.

    A QSlider, so that screen readers know it and can move it.
    """

    chosen = Signal(int)

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.theme = theme
        self.ring_radius = theme.px("radius.control_small")
        self._showing = False
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setPageStep(PAGE_STEP)
        self.valueChanged.connect(self._tell)

    def show_value(self, value: int, least: int, most: int) -> None:
        """While it is dragged it stays under the pointer."""
        self._showing = True
        self.setRange(least, most)
        if not self.isSliderDown():
            self.setValue(value)
        self._showing = False

    def move_to(self, value: int) -> None:
        """As a person does."""
        self.setValue(max(self.minimum(), min(self.maximum(), value)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Down: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: 1,
            Qt.Key.Key_PageDown: -self.pageStep(),
            Qt.Key.Key_PageUp: self.pageStep(),
            Qt.Key.Key_Home: self.minimum() - self.value(),
            Qt.Key.Key_End: self.maximum() - self.value(),
        }
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            event.ignore()
        else:
            self.move_to(self.value() + step)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # The page scrolls.

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        focus_came(self, event.reason(), self.ring_radius)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        focus_went(self)

    def _tell(self, value: int) -> None:
        self.update()
        if not self._showing:
            self.chosen.emit(value)


class Slider(ValueHandle):
    """`places` say where each value stands between 0 and 1; without them all are as far apart.

    Below `possible_from` the line is hatched; None hatches all of it. A `filled` one is ink up to
    its knob.
    """

    def __init__(self, theme: Theme, name: str, *, filled: bool) -> None:
        super().__init__(theme, name)
        self._filled = filled
        self._places: tuple[float, ...] = ()
        self._ticks: tuple[int, ...] = ()
        self._possible_from: int | None = 0
        self._knob_px = theme.px("control.slider_knob")
        self.setFixedHeight(_HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_places(self, places: Sequence[float], ticks: Sequence[int]) -> None:
        """`ticks` are values with a small mark under the line."""
        if (tuple(places), tuple(ticks)) != (self._places, self._ticks):
            self._places, self._ticks = tuple(places), tuple(ticks)
            self.update()

    def show_possible(self, possible_from: int | None) -> None:
        if possible_from != self._possible_from:
            self._possible_from = possible_from
            self.update()

    def x_of(self, value: int) -> float:
        radius = self._knob_px / 2
        return radius + (self.width() - self._knob_px) * self._share(value)

    def sizeHint(self) -> QSize:
        return QSize(160, _HEIGHT_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, _HEIGHT_PX)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self.move_to(self._value_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self.move_to(self._value_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(False)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        track = self.theme.px("control.slider_track")
        top, x = (_HEIGHT_PX - track) / 2, self.x_of(self.value())
        self._line(painter, QRectF(0, top, self.width(), track), "line.line")
        if self._filled:
            self._line(painter, QRectF(0, top, x, track), "action.ink")
        self._paint_impossible(painter)
        painter.setBrush(self.theme.color("line.control"))
        for value in self._ticks:
            painter.drawRect(QRectF(self.x_of(value) - 0.5, _HEIGHT_PX - _TICK_PX, 1, _TICK_PX))
        self._paint_knob(painter, QPointF(x, _HEIGHT_PX / 2))

    def _line(self, painter: QPainter, box: QRectF, color: str) -> None:
        painter.setBrush(self.theme.color(color))
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)

    def _paint_impossible(self, painter: QPainter) -> None:
        limit = self._possible_from
        if limit is not None and limit <= self.minimum():
            return
        end = float(self.width())
        if limit is not None:
            # Half way between the last that is too few and the first that fits.
            end = (self.x_of(limit) + self.x_of(limit - 1)) / 2
        painter.setPen(QPen(self.theme.color("line.line"), 0.75))
        painter.setBrush(disk_brush(self.theme, self.devicePixelRatioF()))
        painter.drawRoundedRect(QRectF(0, (_HEIGHT_PX - _HATCH_PX) / 2, end, _HATCH_PX), 2, 2)
        painter.setPen(Qt.PenStyle.NoPen)

    def _paint_knob(self, painter: QPainter, middle: QPointF) -> None:
        radius = self._knob_px / 2 - 0.5
        ground = "surface.hover" if self.isSliderDown() else "surface.card"
        painter.setPen(QPen(self.theme.color("line.control"), 1))
        painter.setBrush(self.theme.color(ground))
        painter.drawEllipse(middle, radius, radius)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.color("action.ink"))
        painter.drawEllipse(middle, _INNER_PX, _INNER_PX)

    def _share(self, value: int) -> float:
        if 0 <= value < len(self._places):
            return self._places[value]
        span = self.maximum() - self.minimum()
        return (value - self.minimum()) / span if span else 0.0

    def _value_at(self, x: float) -> int:
        values = range(self.minimum(), self.maximum() + 1)
        return min(values, key=lambda value: abs(self.x_of(value) - x))
