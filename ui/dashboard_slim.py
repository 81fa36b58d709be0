"""The speeds of an answer in one line, for a window that is not high."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app import number_text
from runtime.language import tr
from ui.figures import Sparkline, spread
from ui.labels import Label
from ui.theme import Theme

_GAP_PX, _AXIS_PX, _BETWEEN_PX = 5, 26, 20
_LEAST_CURVE_PX, _HEIGHT_PX = 90, 34


class SlimFigure(QWidget):
    """Name, number, unit and what is said of it on one baseline; the last goes where it must."""

    def __init__(self, theme: Theme, name: str, definition: str) -> None:
        super().__init__()
        self._theme, self.name, self.definition = theme, name, definition
        self.figure, self.unit, self.below = "", "", ""
        self.setFixedHeight(_HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setAccessibleDescription(definition)

    def show_figure(self, figure: str, unit: str, below: str = "") -> None:
        """An en dash needs no unit."""
        unit = "" if figure == number_text.EN_DASH else unit
        if (figure, unit, below) == (self.figure, self.unit, self.below):
            return
        self.figure, self.unit, self.below = figure, unit, below
        said = f"{self.name}: {figure} {unit}".rstrip()
        self.setAccessibleName(f"{said}, {below}" if below else said)
        self.setToolTip(f"{below}\n{self.definition}" if below else self.definition)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        parts = self._parts()
        return QSize(round(sum(p[2] for p in parts) + _GAP_PX * (len(parts) - 1)) + 1, _HEIGHT_PX)

    def minimumSizeHint(self) -> QSize:
        parts = self._parts()[: 3 if self.unit else 2]
        return QSize(round(sum(p[2] for p in parts) + _GAP_PX * (len(parts) - 1)) + 1, _HEIGHT_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        baseline = (self.height() + QFontMetricsF(self._theme.font("figure_m")).capHeight()) / 2
        left = 0.0
        for text, (role, tone), width in self._parts():
            if left + width > self.width() + 1 and text == self.below:
                return
            painter.setFont(self._theme.font(role, tabular=True))
            painter.setPen(self._theme.color(f"text.{tone}"))
            painter.drawText(QPointF(left, baseline), text)
            left += width + _GAP_PX

    def _parts(self) -> list[tuple[str, tuple[str, str], float]]:
        """Text, its role and tone, and its width."""
        absent = self.figure == number_text.EN_DASH
        parts = (
            (self.name, ("small", "secondary")),
            (self.figure, ("figure_m", "tertiary" if absent else "primary")),
            (self.unit, ("small", "secondary")),
            (self.below, ("caption", "tertiary")),
        )
        return [(text, kind, self._width(text, kind[0])) for text, kind in parts if text]

    def _width(self, text: str, role: str) -> float:
        return QFontMetricsF(self._theme.font(role, tabular=True)).horizontalAdvance(text)


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


class SlimAnswer(QWidget):
    """What `AnswerStrip` shows, in one line."""

    def __init__(self, theme: Theme, figures: tuple[tuple[str, str], ...]) -> None:
        super().__init__()
        self.title = Label(theme, "", "ui", weight=600)
        self.which = Label(theme, "", "caption", "tertiary")
        self.figures = tuple(SlimFigure(theme, name, text) for name, text in figures)
        self.context = Label(theme, "", "caption", "tertiary", tabular=True)
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
