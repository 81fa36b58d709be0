"""A predicted speed in large figures, and where it lies beside the speed of reading."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import number_text
from app.discover.state import Prediction
from app.first_run_state import READING_TOKENS_PER_S
from runtime.language import marked, tr
from ui.theme import Theme

READING = marked("reading speed, about {speed}")
HERE = marked("this machine")
_ENDS = (10, 20, 30, 40, 60, 80, 100, 150, 200, 300, 400, 600, 800, 1_000, 2_000)
_ROOM_SHARE = 1.2
_LINE_Y, _TEXT_TOP, _HEIGHT_PX = 14.0, 25.0, 42
_GAP_PX = 12.0


def axis_end(high: float) -> float:
    """A round number with room beyond `high`, and beyond the speed of reading."""
    least = max(high * _ROOM_SHARE, READING_TOKENS_PER_S * _ROOM_SHARE)
    return float(next((end for end in _ENDS if end >= least), high * _ROOM_SHARE))


def apart(wanted: list[tuple[float, float]], width: float) -> list[float]:
    """Left edges of texts given as (wanted left edge, width), in this order and not touching."""
    lefts: list[float] = []
    right = 0.0
    for left, text_px in wanted:
        lefts.append(max(left, right))
        right = lefts[-1] + text_px + _GAP_PX
    edge = width
    for index in range(len(wanted) - 1, -1, -1):
        lefts[index] = max(0.0, min(lefts[index], edge - wanted[index][1]))
        edge = lefts[index] - _GAP_PX
    return lefts


class PredictedSpeed(QWidget):
    """41 tok/s predicted, likely 37 to 45, on one baseline."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.figure = self.unit = self.range = ""
        self.setFixedHeight(theme.line("figure_xl"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_prediction(self, found: Prediction) -> None:
        self.figure = number_text.predicted(found.decode_tokens_per_s)
        self.unit = tr("tok/s predicted")
        likely = number_text.predicted_range(found.decode_low, found.decode_high)
        self.range = tr("likely {range}", range=likely)
        self.setAccessibleName(f"{self.figure} {self.unit}, {self.range}")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        figure = theme.font("figure_xl")
        baseline = (self.height() + QFontMetricsF(figure).capHeight()) / 2
        left = 0.0
        for text, font, color, gap in (
            (self.figure, figure, "text.primary", 8.0),
            (self.unit, theme.font("reading"), "text.secondary", 12.0),
            (self.range, theme.font("small", tabular=True), "text.tertiary", 0.0),
        ):
            painter.setFont(font)
            painter.setPen(theme.color(color))
            painter.drawText(QPointF(left, baseline), text)
            left += QFontMetricsF(font).horizontalAdvance(text) + gap


class ReadingChart(QWidget):
    """The band of a prediction with its tick, and a mark at the speed of reading."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._found: Prediction | None = None
        self.setFixedHeight(_HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_prediction(self, found: Prediction) -> None:
        self._found = found
        speed = number_text.predicted(found.decode_tokens_per_s)
        reading = f"{READING_TOKENS_PER_S:.0f}"
        self.setAccessibleName(tr("Speed beside that of reading"))
        self.setAccessibleDescription(
            tr(
                "This machine: {speed} tok/s, likely {range}. Reading: about {reading} tok/s.",
                speed=speed,
                range=number_text.predicted_range(found.decode_low, found.decode_high),
                reading=reading,
            )
        )
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, _HEIGHT_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._found is None:
            return
        painter, theme, found = QPainter(self), self._theme, self._found
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        px = self.width() / axis_end(found.decode_high)
        line = QRectF(0, _LINE_Y - 0.5, self.width(), 1)
        painter.fillRect(line, theme.color("line.line"))
        reading = READING_TOKENS_PER_S * px
        painter.setPen(QPen(theme.color("line.control"), 1))
        painter.drawLine(QPointF(reading, _LINE_Y - 4), QPointF(reading, _LINE_Y + 4))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("chart.band_bar"))
        low, high = found.decode_low * px, found.decode_high * px
        painter.drawRoundedRect(QRectF(low, _LINE_Y - 5, high - low, 10), 2, 2)
        painter.setBrush(theme.color("chart.tick"))
        tick = found.decode_tokens_per_s * px
        painter.drawRoundedRect(QRectF(tick - 1, _LINE_Y - 7, 2, 14), 1, 1)
        self._paint_words(painter, reading, tick)

    def _paint_words(self, painter: QPainter, reading: float, tick: float) -> None:
        """The ends of the axis give way to the two marks."""
        theme, width = self._theme, float(self.width())
        font = theme.font("caption", tabular=True)
        metrics = QFontMetricsF(font)
        assert self._found is not None
        end = number_text.predicted(axis_end(self._found.decode_high))
        words = tr(READING, speed=f"{READING_TOKENS_PER_S:.0f}")
        here = tr(HERE)
        reading_px, here_px = metrics.horizontalAdvance(words), metrics.horizontalAdvance(here)
        marks = [
            (reading - 6, reading_px, words, "chart.axis_text"),
            (tick - here_px / 2, here_px, here, "text.primary"),
        ]
        marks.sort(key=lambda mark: mark[0])
        lefts = apart([(left, text_px) for left, text_px, _, _ in marks], width)
        painter.setFont(font)
        for left, (_, _, text, color) in zip(lefts, marks, strict=True):
            self._write(painter, text, left, color)
        if lefts[0] >= metrics.horizontalAdvance("0") + _GAP_PX:
            self._write(painter, "0", 0, "chart.axis_text")
        end_px = metrics.horizontalAdvance(end)
        if lefts[-1] + marks[-1][1] + _GAP_PX <= width - end_px:
            self._write(painter, end, width - end_px, "chart.axis_text")

    def _write(self, painter: QPainter, text: str, left: float, color: str) -> None:
        painter.setPen(self._theme.color(color))
        box = QRectF(left, _TEXT_TOP, self.width() - left, _HEIGHT_PX - _TEXT_TOP)
        painter.drawText(box, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, text)
