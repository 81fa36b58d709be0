"""How often each expert of each layer was picked, as one picture with its axes."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QLineF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import number_text
from app.dashboard.expert_shares import LEVELS, Heat, Order
from runtime.language import marked, tr
from ui.focus_ring import focus_came, focus_went
from ui.heat_colours import heat_colours
from ui.theme import Theme

NAME = marked("Use of the experts, layer by layer")
BY_USE, BY_NUMBER = marked("experts, busiest first"), marked("experts, by number")
_NUMBERS_PX, _PLACES_PX, _AXIS_PX, _LEGEND_PX = 30, 92, 18, 18
_LEGEND_CELL_PX, _LEGEND_BAR_PX, _TEXT_PX, _LEAST_GAP_PX = 5, 8, 15, 8


@dataclass(frozen=True)
class Axes:
    """`layers` are the model's own numbers; `lines` are dotted after that many experts. `places`
    are (first row, last row, where their experts live).
    """

    layers: tuple[int, ...] = ()
    order: Order = "use"
    lines: tuple[int, ...] = ()
    places: tuple[tuple[int, int, str], ...] = ()


class HeatMap(QWidget):
    """`looked_at` carries (row, column) of the cell a person points at, or None."""

    looked_at = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._heat = Heat(0, 0, b"", 0.0)
        self._axes = Axes()
        self._image: QImage | None = None
        self._at: tuple[int, int] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr(NAME))
        theme.changed.connect(self._recolour)

    @property
    def at(self) -> tuple[int, int] | None:
        return self._at

    def show_heat(self, heat: Heat, axes: Axes, spoken: str) -> None:
        """`spoken` says in words what the picture shows."""
        if heat == self._heat and axes == self._axes:
            return
        if (heat.rows, heat.columns) != (self._heat.rows, self._heat.columns):
            self._look(None)
        self._heat, self._axes = heat, axes
        self._image = None
        if heat.rows and heat.columns:
            # The picture shows the bytes themselves: `self._heat` keeps them alive.
            form = QImage.Format.Format_Indexed8
            self._image = QImage(heat.levels, heat.columns, heat.rows, heat.columns, form)
            self._recolour()
        self.setAccessibleDescription(spoken)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(420, 200)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 160)

    def map_box(self) -> QRectF:
        left = _PLACES_PX if self._axes.places else _NUMBERS_PX
        height = self.height() - _AXIS_PX - _LEGEND_PX
        return QRectF(left, 0, max(1, self.width() - left), max(1, height))

    def _recolour(self) -> None:
        if self._image is not None:
            colours = heat_colours(self._theme.name)
            self._image.setColorTable([colour.rgb() for colour in colours])
            self.update()

    # What a person does

    def keyPressEvent(self, event: QKeyEvent) -> None:
        heat = self._heat
        steps = {
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_PageUp: (-8, 0),
            Qt.Key.Key_PageDown: (8, 0),
            Qt.Key.Key_Home: (0, -heat.columns),
            Qt.Key.Key_End: (0, heat.columns),
        }
        step = steps.get(Qt.Key(event.key()))
        if step is None or not heat.rows:
            super().keyPressEvent(event)
            return
        row, column = (0, 0) if self._at is None else self._at
        if self._at is not None:
            row = max(0, min(heat.rows - 1, row + step[0]))
            column = max(0, min(heat.columns - 1, column + step[1]))
        self._look((row, column))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        box, heat = self.map_box(), self._heat
        if not heat.rows or not box.contains(event.position()):
            self._look(None)
            return
        row = int((event.position().y() - box.top()) * heat.rows / box.height())
        column = int((event.position().x() - box.left()) * heat.columns / box.width())
        self._look((min(row, heat.rows - 1), min(column, heat.columns - 1)))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._look(None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        focus_came(self, event.reason(), self._theme.px("radius.control_small"))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        focus_went(self)
        self._look(None)

    def _look(self, at: tuple[int, int] | None) -> None:
        if at != self._at:
            self._at = at
            self.looked_at.emit(at)
            self.update()

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._image is None:
            return
        painter = QPainter(self)
        box = self.map_box()
        painter.drawImage(box, self._image)
        painter.setFont(self._theme.font("caption", tabular=True))
        self._paint_lines(painter, box)
        self._paint_cell(painter, box)
        self._paint_layers(painter, box)
        self._paint_experts(painter, box)
        self._paint_legend(painter, box)

    def _paint_lines(self, painter: QPainter, box: QRectF) -> None:
        pen = QPen(self._theme.color("chart.measured"), 1)
        pen.setDashPattern([2, 3])
        painter.setPen(pen)
        for count in self._axes.lines:
            x = round(box.left() + box.width() * count / self._heat.columns) + 0.5
            painter.drawLine(QLineF(x, box.top(), x, box.bottom()))

    def _paint_cell(self, painter: QPainter, box: QRectF) -> None:
        if self._at is None:
            return
        row, column = self._at
        wide, high = box.width() / self._heat.columns, box.height() / self._heat.rows
        cell = QRectF(box.left() + column * wide, box.top() + row * high, wide, high)
        painter.setPen(QPen(self._theme.color("action.focus"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(cell.adjusted(-1.5, -1.5, 1.5, 1.5))

    def _paint_layers(self, painter: QPainter, box: QRectF) -> None:
        """The first and the last layer, and both sides of a change of place."""
        theme, layers = self._theme, self._axes.layers
        pitch = box.height() / self._heat.rows
        rows = {0: 0.0, self._heat.rows - 1: box.height() - _TEXT_PX}
        painter.setPen(theme.color("text.secondary"))
        for first, last, text in self._axes.places:
            middle = (first + last + 1) / 2 * pitch
            place = QRectF(0, middle - _TEXT_PX / 2, box.left() - 8, _TEXT_PX)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)
            if first:
                painter.fillRect(
                    QRectF(box.left() - 6, first * pitch, 6, 1), theme.color("line.control")
                )
                rows.setdefault(first - 1, first * pitch - _TEXT_PX)
                rows.setdefault(first, first * pitch + 1)
        painter.setPen(theme.color("chart.axis_text"))
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        drawn: list[QRectF] = []
        for row, top in rows.items():
            at = QRectF(0, top, box.left() - 8, _TEXT_PX)
            if not any(at.intersects(other) for other in drawn):
                painter.drawText(at, flags, str(layers[row]))
                drawn.append(at)

    def _paint_experts(self, painter: QPainter, box: QRectF) -> None:
        """Ranks from 1 under the busiest first, the model's own numbers from 0 else."""
        n = self._heat.columns
        marks: list[tuple[float, str]] = [(0.5, "1" if self._axes.order == "use" else "0")]
        if self._axes.order == "use":
            marks += [(n - 0.5, str(n)), *((line, str(line)) for line in self._axes.lines)]
            marks.append((n // 2 - 0.5, str(n // 2)))
        else:
            marks += [(n - 0.5, str(n - 1)), (n / 2 + 0.5, str(n // 2))]
        width = QFontMetricsF(painter.font()).horizontalAdvance
        taken: list[tuple[float, float]] = []
        painter.setPen(self._theme.color("chart.axis_text"))
        for at, text in marks:
            room = width(text) + 1
            left = box.left() + box.width() * at / n - room / 2
            left = max(box.left(), min(left, self.width() - room))
            if any(left < end + _LEAST_GAP_PX and left + room > start for start, end in taken):
                continue
            taken.append((left - _LEAST_GAP_PX, left + room))
            place = QRectF(left, box.bottom() + 2, room, _TEXT_PX)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_legend(self, painter: QPainter, box: QRectF) -> None:
        width = QFontMetricsF(painter.font()).horizontalAdvance
        top = self.height() - _LEGEND_PX + 2
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(self._theme.color("text.tertiary"))
        order = BY_USE if self._axes.order == "use" else BY_NUMBER
        words = tr(order)
        painter.drawText(QRectF(box.left(), top, box.width(), _TEXT_PX), middle, words)
        end = tr("{share} of picks", share=number_text.share(self._heat.top_share))
        right = self.width() - width(end) - 1
        painter.drawText(QRectF(right, top, width(end) + 1, _TEXT_PX), middle, end)
        left = right - 8 - LEVELS * _LEGEND_CELL_PX
        for level, colour in enumerate(heat_colours(self._theme.name)):
            x = left + level * _LEGEND_CELL_PX
            cell = QRectF(x, top + (_TEXT_PX - _LEGEND_BAR_PX) / 2, 5, _LEGEND_BAR_PX)
            painter.fillRect(cell, colour)
        least = number_text.share(0)
        start = QRectF(left - 8 - width(least), top, width(least) + 1, _TEXT_PX)
        painter.drawText(start, middle, least)
