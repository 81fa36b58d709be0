"""A prediction: its figure with the range in digits, and both on an axis with what was measured."""

from __future__ import annotations

from math import ceil, floor, log10

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from app import number_text
from runtime.language import tr
from ui.labels import Label
from ui.theme import Theme

_PAD_SHARE, _LEAST_SPREAD = 0.5, 0.1
_HAIR = 1e-9  # 0.30 is six steps of 0.05, whatever the binary fraction says.
_LINE_PX, _AXIS_TEXT_PX, _DOT_PX, _GAP_PX = 12, 15, 4, 5


def axis(low: float, high: float, measured: float | None = None) -> tuple[float, float]:
    """Round ends of an axis that shows all of the band and the dot, with room at both sides."""
    values = (low, high) if measured is None else (low, high, measured)
    low, high = min(values), max(values)
    span = max(high - low, _LEAST_SPREAD * high, 1e-9)
    step = next_round(span)
    pad = _PAD_SHARE * span
    first, last = floor((low - pad) / step + _HAIR), ceil((high + pad) / step - _HAIR)
    return max(0.0, first * step), last * step


def next_round(value: float) -> float:
    """The largest of 1, 2 and 5 times a power of ten that is no larger than `value`."""
    power = 10.0 ** floor(log10(value))
    return next(power * digit for digit in (5, 2, 1) if power * digit <= value * (1 + _HAIR))


class BandChart(QWidget):
    """The band with its tick, and a dot for what was measured, on one axis."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._low = self._value = self._high = 0.0
        self._measured: float | None = None
        self.setFixedHeight(_LINE_PX + _AXIS_TEXT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_band(self, low: float, value: float, high: float, measured: float | None) -> None:
        if (low, value, high, measured) != (self._low, self._value, self._high, self._measured):
            self._low, self._value, self._high = low, value, high
            self._measured = measured
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._high:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, middle = self._theme, _LINE_PX / 2
        ends = axis(self._low, self._high, self._measured)
        painter.fillRect(QRectF(0, middle - 0.5, self.width(), 1), theme.color("line.line"))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("chart.band_bar"))
        left, right = self._x(self._low, ends), self._x(self._high, ends)
        bar = theme.px("chart.range_bar")
        painter.drawRoundedRect(QRectF(left, middle - bar / 2, right - left, bar), 2, 2)
        painter.setBrush(theme.color("chart.tick"))
        tick = theme.px("stroke.predicted_tick")
        box = QRectF(self._x(self._value, ends) - tick / 2, 0, tick, _LINE_PX)
        painter.drawRoundedRect(box, 1, 1)
        if self._measured is not None:
            draw_dot(painter, theme, QPointF(self._x(self._measured, ends), middle))
        self._paint_ends(painter, ends)

    def _x(self, value: float, ends: tuple[float, float]) -> float:
        return self.width() * (value - ends[0]) / (ends[1] - ends[0])

    def _paint_ends(self, painter: QPainter, ends: tuple[float, float]) -> None:
        painter.setFont(self._theme.font("caption", tabular=True))
        painter.setPen(self._theme.color("chart.axis_text"))
        box = QRectF(0, _LINE_PX, self.width(), _AXIS_TEXT_PX)
        bottom = Qt.AlignmentFlag.AlignBottom
        painter.drawText(box, bottom | Qt.AlignmentFlag.AlignLeft, number_text.predicted(ends[0]))
        painter.drawText(box, bottom | Qt.AlignmentFlag.AlignRight, number_text.predicted(ends[1]))


def draw_dot(painter: QPainter, theme: Theme, middle: QPointF) -> None:
    """Measured, parted from what lies under it by a ring of the card's colour."""
    painter.setPen(QPen(theme.color("surface.card"), 1.5))
    painter.setBrush(theme.color("chart.measured"))
    painter.drawEllipse(middle, _DOT_PX, _DOT_PX)


class RangeFigure(QWidget):
    """A predicted figure, its unit and what stands beside it in small, on one baseline."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.figure, self.unit, self.beside = number_text.EN_DASH, "", ""
        self.setFixedHeight(theme.line("figure_m"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_figure(self, figure: str, unit: str = "", beside: str = "") -> None:
        if (figure, unit, beside) != (self.figure, self.unit, self.beside):
            self.figure, self.unit, self.beside = figure, unit, beside
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(round(sum(width for _, _, _, width in self._parts())), self.height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        figure = self._theme.font("figure_m")
        baseline = (self.height() + QFontMetrics(figure).capHeight()) / 2
        left = 0.0
        for text, font, color, width in self._parts():
            painter.setFont(font)
            painter.setPen(self._theme.color(color))
            painter.drawText(QPointF(left, baseline), text)
            left += width

    def _parts(self) -> list[tuple[str, QFont, str, float]]:
        """Text, font, colour and the room it takes with what follows it."""
        theme = self._theme
        small = theme.font("small", tabular=True)
        absent = self.figure == number_text.EN_DASH
        parts = (
            (self.figure, theme.font("figure_m"), "tertiary" if absent else "primary", _GAP_PX),
            (self.unit, theme.font("small"), "secondary", 2 * _GAP_PX),
            (self.beside, small, "tertiary", 0),
        )
        return [
            (text, font, f"text.{tone}", QFontMetrics(font).horizontalAdvance(text) + gap)
            for text, font, tone, gap in parts
            if text
        ]


class Prediction(QWidget):
    """A predicted speed with its heading, figure and band."""

    def __init__(self, theme: Theme, heading: str) -> None:
        super().__init__()
        self._heading = heading
        self.figure = RangeFigure(theme)
        self.chart = BandChart(theme)
        self.measured: float | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Label(theme, heading, "small", "secondary"))
        column.addWidget(self.figure)
        column.addWidget(self.chart)
        self.setAccessibleName(heading)

    def show_speed(
        self, low: float, value: float, high: float, measured: float | None, arithmetic: str
    ) -> None:
        """All in tokens/s; `arithmetic` says in a sentence where the prediction comes from."""
        self.measured = measured
        figure, beside = number_text.predicted(value), number_text.predicted_range(low, high)
        self.figure.show_figure(figure, "tok/s", beside)
        self.chart.show_band(low, value, high, measured)
        name = tr(
            "{heading}: {figure} tok/s, range {range}",
            heading=self._heading,
            figure=figure,
            range=beside,
        )
        known = arithmetic
        if measured is not None:
            speed = number_text.tokens_per_s_unit(measured)
            known = tr("{arithmetic} Measured: {speed}.", arithmetic=arithmetic, speed=speed)
        for widget in (self, self.chart):
            widget.setAccessibleName(name)
            widget.setAccessibleDescription(known)
        self.setToolTip(known)
