"""Large figures with their unit, and the curve of a speed over time."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import number_text
from runtime.language import tr
from ui.theme import Theme

_GAP_PX = 5
_AXIS_PX = 26
_DOT_PX = 3
_LEAST_SPREAD = 0.2
LIVE_WINDOW_S = 60.0


class Figure(QWidget):
    """A number and its unit on one baseline."""

    def __init__(
        self, theme: Theme, name: str, role: str = "figure_m", unit_role: str = "small"
    ) -> None:
        super().__init__()
        self._theme, self.name = theme, name
        self._role, self._unit_role = role, unit_role
        self.figure, self.unit = "", ""
        self.setFixedHeight(theme.line(role))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_figure(number_text.EN_DASH)

    def show_figure(self, figure: str, unit: str = "") -> None:
        if (figure, unit) != (self.figure, self.unit):
            self.figure, self.unit = figure, unit
            self.setAccessibleName(f"{self.name}: {figure} {unit}".rstrip())
            self.update()

    def sizeHint(self) -> QSize:
        figure = QFontMetrics(self._theme.font(self._role)).horizontalAdvance(self.figure)
        unit = QFontMetrics(self._theme.font(self._unit_role, 400)).horizontalAdvance(self.unit)
        return QSize(figure + _GAP_PX + unit, self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        font = self._theme.font(self._role)
        metrics = QFontMetrics(font)
        baseline = (self.height() + metrics.capHeight()) / 2
        painter.setFont(font)
        absent = self.figure == number_text.EN_DASH
        painter.setPen(self._theme.color("text.tertiary" if absent else "text.primary"))
        painter.drawText(QPointF(0, baseline), self.figure)
        left = metrics.horizontalAdvance(self.figure) + _GAP_PX
        font = self._theme.font(self._unit_role, 400)
        unit = QFontMetrics(font).elidedText(
            self.unit, Qt.TextElideMode.ElideRight, max(0, self.width() - left)
        )
        painter.setFont(font)
        painter.setPen(self._theme.color("text.secondary"))
        painter.drawText(QPointF(left, baseline), unit)


class Sparkline(QWidget):
    """Speed over the time of one answer, before the band that was predicted for it; the range
    stands in digits at the right.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._speeds: tuple[tuple[float, float], ...] = ()
        self._live = False
        self._band: tuple[float, float] | None = None
        self.setFixedHeight(theme.px("chart.sparkline_h") + 20)
        self.setAccessibleName(tr("Decode speed over time"))

    @property
    def speeds(self) -> tuple[tuple[float, float], ...]:
        return self._speeds

    @property
    def band(self) -> tuple[float, float] | None:
        return self._band

    def show_band(self, band: tuple[float, float] | None) -> None:
        """What was predicted, (low, high) in tokens/s."""
        if band != self._band:
            self._band = band
            self.update()

    def show_speeds(self, speeds: tuple[tuple[float, float], ...], *, live: bool) -> None:
        if live and speeds:
            newest_s = speeds[-1][0]
            speeds = tuple(s for s in speeds if s[0] >= newest_s - LIVE_WINDOW_S)
        if speeds is self._speeds and live == self._live:
            return
        self._speeds, self._live = speeds, live
        if speeds:
            low, high = min(v for _, v in speeds), max(v for _, v in speeds)
            self.setAccessibleDescription(
                tr(
                    "{low} to {high} tok/s",
                    low=number_text.significant(low, 2),
                    high=number_text.significant(high, 2),
                )
            )
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._theme.font("caption", tabular=True))
        painter.setPen(self._theme.color("chart.axis_text"))
        if len(self._speeds) < 2:
            box = QRectF(self.rect())
            painter.setPen(self._theme.color("text.tertiary"))
            said = tr("Appears while an answer is written")
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, said)
            return
        width = self.width() - _AXIS_PX
        height = self._theme.px("chart.sparkline_h")
        low, high = spread([*(speed for _, speed in self._speeds), *(self._band or ())])
        self._paint_band(painter, width, height, low, high)
        self._paint_axes(painter, width, height, low, high)
        self._paint_curve(painter, width - 5, height, low, high)

    def _paint_band(
        self, painter: QPainter, width: int, height: int, low: float, high: float
    ) -> None:
        if self._band is None:
            return
        bottom, top = (_y(speed, height, low, high) for speed in self._band)
        area = QRectF(0, top, width, bottom - top)
        painter.fillRect(area, self._theme.color("chart.band_area"))

    def _paint_axes(
        self, painter: QPainter, width: int, height: int, low: float, high: float
    ) -> None:
        right = QRectF(width, 0, _AXIS_PX, height)
        flags = Qt.AlignmentFlag.AlignRight
        painter.drawText(right, flags | Qt.AlignmentFlag.AlignTop, number_text.significant(high, 2))
        painter.drawText(
            right, flags | Qt.AlignmentFlag.AlignBottom, number_text.significant(low, 2)
        )
        under = QRectF(0, height + 4, width, 16)
        first_s, last_s = self._speeds[0][0], self._speeds[-1][0]
        began = tr("start")
        if self._live and last_s - first_s >= LIVE_WINDOW_S - 1:
            began = tr("{seconds} s ago", seconds=f"{LIVE_WINDOW_S:.0f}")
        ended = tr("now") if self._live else number_text.duration(last_s)
        painter.drawText(under, Qt.AlignmentFlag.AlignLeft, began)
        painter.drawText(under, Qt.AlignmentFlag.AlignRight, ended)

    def _paint_curve(
        self, painter: QPainter, width: int, height: int, low: float, high: float
    ) -> None:
        times = [time_s for time_s, _ in self._speeds]
        span_s = max(1e-3, times[-1] - times[0])
        step = max(1, len(times) // (2 * width))
        points = QPolygonF(
            [
                QPointF(
                    (time_s - times[0]) / span_s * width,
                    _y(speed, height, low, high),
                )
                for time_s, speed in (*self._speeds[:-1:step], self._speeds[-1])
            ]
        )
        ink = self._theme.color("chart.measured")
        painter.setPen(
            QPen(
                ink, 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
            )
        )
        painter.drawPolyline(points)
        painter.setPen(QPen(self._theme.color("surface.sidebar"), 1.5))
        painter.setBrush(ink)
        painter.drawEllipse(points.last(), _DOT_PX, _DOT_PX)


def _y(speed: float, height: int, low: float, high: float) -> float:
    return 4 + (height - 8) * (1 - (speed - low) / (high - low))


def spread(values: list[float]) -> tuple[float, float]:
    """The axis for `values`: their range, but never so narrow that noise looks like change."""
    low, high = min(values), max(values)
    least = max(_LEAST_SPREAD * high, 1e-6)
    if high - low < least:
        middle = (low + high) / 2
        low, high = middle - least / 2, middle + least / 2
    return max(0.0, low), high
