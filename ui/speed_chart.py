"""Speeds of runs as dots against the bands they were predicted in, oldest first."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import number_text
from app.dashboard.speed_scale import Axis, bands, is_outside, speed_axis
from app.dashboard.state import SpeedHistory
from runtime.language import marked, tr, tr_n
from ui.chart_labels import Placed, place
from ui.focus_ring import focus_came, focus_went
from ui.theme import Theme

NAME = marked("Decode speed by run")
_TOP_PX, _BOTTOM_PX, _LEFT_PX, _RIGHT_PX = 24, 26, 30, 52
_TEXT_PX, _HOLLOW_PX, _BESIDE_PX, _SLOT_PX = 15, 3.25, 9, 40
_STEPS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_PageUp: -10,
    Qt.Key.Key_PageDown: 10,
    Qt.Key.Key_Home: -1_000_000,
    Qt.Key.Key_End: 1_000_000,
}


class SpeedChart(QWidget):
    """`looked_at` carries the index of the run a person points at, -1 for none."""

    looked_at = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._history = SpeedHistory()
        self._axis: Axis = speed_axis(())
        self._now_s = 0.0
        self._at = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr(NAME))

    @property
    def at(self) -> int:
        return self._at

    def show_history(self, history: SpeedHistory, now_s: float, spoken: str) -> None:
        """`spoken` is the same as a table in words."""
        self._now_s = now_s
        if history == self._history:
            return
        self._history = history
        self._axis = speed_axis(history.points)
        self.setAccessibleDescription(spoken)
        self._look(-1)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(420, 140)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 130)

    def dot(self, index: int) -> QPointF:
        """The middle of a run's dot."""
        point = self._history.points[index]
        base = self.height() - _BOTTOM_PX
        y = base - self._axis.share(point.tokens_per_s) * (base - _TOP_PX)
        return QPointF(self._x(index), y)

    # What a person does

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(Qt.Key(event.key()))
        last = len(self._history.points) - 1
        if step is None or last < 0:
            super().keyPressEvent(event)
            return
        start = last + 1 if self._at < 0 else self._at
        self._look(max(0, min(last, start + step)))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        count = len(self._history.points)
        if count:
            share = (event.position().x() - _LEFT_PX) / self._pitch() - 0.5
            self._look(max(0, min(count - 1, round(share))))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._look(-1)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        focus_came(self, event.reason(), self._theme.px("radius.control_small"))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        focus_went(self)
        self._look(-1)

    def _look(self, at: int) -> None:
        if at != self._at:
            self._at = at
            self.looked_at.emit(at)
            self.update()

    # Geometry

    def _pitch(self) -> float:
        """A few runs stand close to the left, as many would, not spread over everything."""
        room = self.width() - _LEFT_PX - _RIGHT_PX
        return min(_SLOT_PX, room / max(1, len(self._history.points)))

    def _x(self, index: float) -> float:
        return _LEFT_PX + (index + 0.5) * self._pitch()

    def _y(self, tokens_per_s: float) -> float:
        base = self.height() - _BOTTOM_PX
        return base - self._axis.share(tokens_per_s) * (base - _TOP_PX)

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._history.points:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for band in bands(self._history.points):
            left, right = self._x(band.first - 0.5), self._x(band.last + 0.5)
            top, bottom = self._y(band.high), self._y(band.low)
            area = QRectF(left, top, right - left, bottom - top)
            painter.fillRect(area, self._theme.color("chart.band_area"))
        self._paint_ticks(painter)
        self._paint_marks(painter)
        for index in range(len(self._history.points)):
            self._paint_dot(painter, index)
        self._paint_labels(painter)
        self._paint_ends(painter)

    def _paint_ticks(self, painter: QPainter) -> None:
        painter.setFont(self._theme.font("caption", tabular=True))
        painter.setPen(self._theme.color("chart.axis_text"))
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for tick in self._axis.ticks:
            box = QRectF(0, self._y(tick) - _TEXT_PX / 2, _LEFT_PX - 8, _TEXT_PX)
            painter.drawText(box, flags, number_text.significant(tick, 2))

    def _paint_marks(self, painter: QPainter) -> None:
        """A dotted line where something changed, with its label at the top."""
        theme = self._theme
        painter.setFont(theme.font("caption", tabular=True))
        metrics = QFontMetricsF(painter.font())
        free_from = 0.0
        for mark in self._history.marks:
            x = round(self._x(mark.index - 0.5)) + 0.5
            pen = QPen(theme.color("line.control"), 1)
            pen.setDashPattern([2, 3])
            painter.setPen(pen)
            painter.drawLine(QPointF(x, 10), QPointF(x, self.height() - _BOTTOM_PX + 4))
            width = metrics.horizontalAdvance(mark.label) + 1
            left = x + 7 if x + 7 + width <= self.width() else x - 7 - width
            if left >= free_from:
                tone = "state.warn" if mark.is_slower else "text.secondary"
                painter.setPen(theme.color(tone))
                box = QRectF(left, 6, width, _TEXT_PX)
                painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, mark.label)
                free_from = left + width + 8

    def _paint_dot(self, painter: QPainter, index: int) -> None:
        theme, middle = self._theme, self.dot(index)
        point = self._history.points[index]
        is_last = index == len(self._history.points) - 1
        ink = theme.color("chart.measured")
        radius = 4.5 if is_last else 3.0
        if index == self._at:
            painter.setPen(QPen(theme.color("action.focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(middle, radius + 4, radius + 4)
        if is_outside(point):
            painter.setPen(QPen(ink, 1.5))
            painter.setBrush(theme.color("surface.card"))
            painter.drawEllipse(middle, _HOLLOW_PX, _HOLLOW_PX)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink)
            painter.drawEllipse(middle, radius, radius)

    def placed(self) -> tuple[Placed, ...]:
        """The causes of outliers that find room beside their dots."""
        metrics = QFontMetricsF(self._theme.font("caption"))
        points = self._history.points
        dots = [self.dot(index) for index in range(len(points))]
        wanted = [
            (dots[i], p.cause, metrics.horizontalAdvance(p.cause) + 1)
            for i, p in enumerate(points)
            if p.cause and is_outside(p)
        ]
        room = QRectF(_LEFT_PX, 0, self.width() - _LEFT_PX, self.height() - _BOTTOM_PX + 4)
        lines = [self._x(mark.index - 0.5) for mark in self._history.marks]
        return place(wanted, dots, room, _BESIDE_PX, _TEXT_PX, lines)

    def _paint_labels(self, painter: QPainter) -> None:
        theme = self._theme
        painter.setFont(theme.font("caption"))
        painter.setPen(theme.color("text.secondary"))
        for label in self.placed():
            painter.drawText(label.box, Qt.AlignmentFlag.AlignVCenter, label.text)
        last = len(self._history.points) - 1
        painter.setFont(theme.font("small", 600, tabular=True))
        painter.setPen(theme.color("text.primary"))
        dot = self.dot(last)
        box = QRectF(dot.x() + 12, dot.y() - 8, self.width(), 16)
        speed = number_text.tokens_per_s(self._history.points[last].tokens_per_s)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, speed)

    def _paint_ends(self, painter: QPainter) -> None:
        """The days of the first and the last run, and how many there are where it fits."""
        painter.setFont(self._theme.font("caption", tabular=True))
        painter.setPen(self._theme.color("chart.axis_text"))
        width = QFontMetricsF(painter.font()).horizontalAdvance
        points = self._history.points
        first, last = end_words(points[0].at_s, points[-1].at_s, self._now_s)
        runs = tr_n("{n} run", "{n} runs, oldest first", len(points))
        left = max(0.0, self._x(0) - width(first) / 2)
        right = max(self._x(len(points) - 1) + width(last) / 2, left + width(first) + 16)
        right = min(right, float(self.width()))
        top = self.height() - 16
        places = [(left, first)]
        if first != last or len(points) > 1:
            places.append((right - width(last), last))
        middle = (left + width(first) + right - width(last)) / 2 - width(runs) / 2
        if middle > left + width(first) + 12:
            places.append((middle, runs))
        elif right + 16 + width(runs) < self.width():
            places.append((right + 16, runs))
        for x, text in places:
            box = QRectF(x, top, width(text) + 1, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)


def end_words(first_s: float, last_s: float, now_s: float) -> tuple[str, str]:
    """The days of the first and the last run; their times where it is one day."""
    first, last = (number_text.recent_day(at_s, now_s) for at_s in (first_s, last_s))
    if first != last or first_s == last_s:
        return first, last
    begun, ended = number_text.time_of_day(first_s), number_text.time_of_day(last_s)
    return tr("{day}, {time}", day=first, time=begun), ended
