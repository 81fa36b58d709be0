"""The speeds of an answer in one line, for a window that is not high."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app import number_text
from runtime.language import tr
from ui.figures import Sparkline, spread
from ui.labels import Label
from ui.theme import Theme

_GAP_PX, _WORDS_GAP_PX, _AXIS_PX, _BETWEEN_PX = 5, 10, 26, 26
_USUAL = "88.8"
_LEAST_CURVE_PX, _HEIGHT_PX = 90, 34
# Tabular: one digit is as wide as another.
_ANY_DIGIT = str.maketrans("012345679", "888888888")


class SlimFigure(QWidget):
    """Number and unit, and beside them what it is over what is said of it.

    There is always room for three digits and `usual_unit`: live numbers move nothing.
    """

    def __init__(self, theme: Theme, name: str, definition: str, usual_unit: str) -> None:
        super().__init__()
        self._usual_unit = usual_unit
        self._theme, self.name, self.definition = theme, name, definition
        self.figure, self.unit, self.below = "", "", ""
        self._widths: dict[tuple[str, str], float] = {}
        self.setFixedHeight(_HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleDescription(definition)

    def show_figure(self, figure: str, unit: str, below: str = "") -> None:
        """An en dash needs no unit."""
        unit = "" if figure == number_text.EN_DASH else unit
        if (figure, unit, below) == (self.figure, self.unit, self.below):
            return
        before, other_words = self.sizeHint(), below != self.below
        self.figure, self.unit, self.below = figure, unit, below
        said = f"{self.name}: {figure} {unit}".rstrip()
        self.setAccessibleName(f"{said}, {below}" if below else said)
        # Digits change four times a second, and a layout draws the whole strip anew.
        if self.sizeHint() != before:
            self.updateGeometry()
            self.update()
        elif other_words:
            self.update()
        else:
            self.update(0, 0, int(self._words_left()), self.height())
        if other_words or not self.toolTip():
            self.setToolTip(f"{below}\n{self.definition}" if below else self.definition)

    def sizeHint(self) -> QSize:
        words = max(self._width(self.name, "small"), self._width(self.below, "caption"))
        return QSize(round(self._words_left() + words) + 1, _HEIGHT_PX)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._paint_figure(painter)
        if event.rect().right() >= self._words_left():
            self._paint_words(painter)

    def _paint_figure(self, painter: QPainter) -> None:
        baseline = (self.height() + QFontMetricsF(self._theme.font("figure_m")).capHeight()) / 2
        absent = self.figure == number_text.EN_DASH
        self._set(painter, "figure_m", "tertiary" if absent else "primary")
        # A dash stands by its words, not where a number would begin.
        dash = self._words_left() - _WORDS_GAP_PX - self._width(self.figure, "figure_m")
        painter.drawText(QPointF(dash if absent else 0, baseline), self.figure)
        self._set(painter, "small", "secondary")
        left = self._width(self.figure, "figure_m") + _GAP_PX
        painter.drawText(QPointF(left, baseline), self.unit)

    def _paint_words(self, painter: QPainter) -> None:
        middle = Qt.AlignmentFlag.AlignVCenter
        left, lines = self._words_left(), 2 if self.below else 1
        room = QRectF(left, 0, self.width() - left, self.height() / lines)
        self._set(painter, "small", "secondary")
        painter.drawText(room, middle, self.name)
        self._set(painter, "caption", "tertiary")
        painter.drawText(room.translated(0, self.height() / 2), middle, self.below)

    def _words_left(self) -> float:
        usual, now = (_USUAL, self._usual_unit), (self.figure, self.unit)
        widths = [self._width(n, "figure_m") + self._width(u, "small") for n, u in (usual, now)]
        return max(widths) + _GAP_PX + _WORDS_GAP_PX

    def _set(self, painter: QPainter, role: str, tone: str) -> None:
        painter.setFont(self._theme.font(role, tabular=True))
        painter.setPen(self._theme.color(f"text.{tone}"))

    def _width(self, text: str, role: str) -> float:
        """Four times a second; measured anew only for a text of another form."""
        form = text.translate(_ANY_DIGIT), role
        width = self._widths.get(form)
        if width is None:
            metrics = QFontMetricsF(self._theme.font(role, tabular=True))
            width = self._widths[form] = metrics.horizontalAdvance(form[0])
        return width


class SlimCurve(Sparkline):
    """The curve and its range; how long it took is said in a tool tip."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.setFixedHeight(_HEIGHT_PX)
        self.setMinimumWidth(_LEAST_CURVE_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if len(self._speeds) < 2:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._theme.font("caption", tabular=True))
        painter.setPen(self._theme.color("chart.axis_text"))
        low, high = spread([speed for _, speed in self._speeds])
        width = self.width() - _AXIS_PX
        right = QRectF(width, 0, _AXIS_PX, self.height())
        flags = Qt.AlignmentFlag.AlignRight
        painter.drawText(right, flags | Qt.AlignmentFlag.AlignTop, number_text.significant(high, 2))
        painter.drawText(
            right, flags | Qt.AlignmentFlag.AlignBottom, number_text.significant(low, 2)
        )
        self._paint_curve(painter, width - 5, self.height(), low, high)


class SlimWords(QWidget):
    """A caption with a number that grows: it never takes less room than before."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme, self.text = theme, ""
        self.setFixedSize(0, _HEIGHT_PX)

    def show_text(self, text: str) -> None:
        """A label would have the strip laid out anew for each."""
        if text == self.text:
            return
        self.text = text
        self.setAccessibleName(text)
        width = QFontMetrics(self._font()).horizontalAdvance(text)
        if width > self.width():
            self.setFixedWidth(width)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self._font())
        painter.setPen(self._theme.color("text.tertiary"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, self.text)

    def _font(self) -> QFont:
        return self._theme.font("caption", tabular=True)


class SlimAnswer(QWidget):
    """What `AnswerStrip` shows, in one line."""

    def __init__(self, theme: Theme, figures: tuple[tuple[str, str, str], ...]) -> None:
        """`figures` are (name, definition, usual unit)."""
        super().__init__()
        self.title = Label(theme, "", "ui", weight=600)
        self.which = Label(theme, "", "caption", "tertiary")
        self.figures = tuple(SlimFigure(theme, *figure) for figure in figures)
        self.context = SlimWords(theme)
        self.curve = SlimCurve(theme)
        self.head = QHBoxLayout()
        self.head.setSpacing(6)
        self.head.addWidget(self.title)
        self.head.addStretch()
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addLayout(self.head)
        names.addWidget(self.which)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_BETWEEN_PX)
        row.addLayout(names)
        for figure in self.figures:
            row.addWidget(figure)
        row.addWidget(self.curve, 1)
        row.addWidget(self.context)
        self.title.show_text(tr("Last answer"))

    def keep_room(self, *texts: str) -> None:
        """For all that may stand under the title."""
        width = self.which.fontMetrics().horizontalAdvance
        self.which.setMinimumWidth(max(width(text) for text in texts) + 1)
