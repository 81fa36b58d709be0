"""A number over a dotted line: a click opens the sum it comes from."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen

from app import number_text
from app.dashboard.state import Explained
from ui.controls import PaintedButton
from ui.dashboard_how import open_explained
from ui.popover import Popover
from ui.theme import Theme

_UNIT_GAP_PX = 5
_LARGE = ("figure_l", "figure_xl")
_LINE_BELOW_PX, _LINE_BELOW_LARGE_PX = 4, 6


class ExplainedNumber(PaintedButton):
    """`name` says what the number is. Not `by_keyboard`, it is one of several in a row that open
    the same sum, and Tab goes by.
    """

    def __init__(
        self,
        theme: Theme,
        role: str = "ui",
        *,
        weight: int | None = None,
        tone: str = "primary",
        by_keyboard: bool = True,
    ) -> None:
        super().__init__(theme, "")
        self._explained: Explained | None = None
        self._tone = tone
        self._below_px = _LINE_BELOW_LARGE_PX if role in _LARGE else _LINE_BELOW_PX
        self._wanted_focus = (
            Qt.FocusPolicy.StrongFocus if by_keyboard else Qt.FocusPolicy.ClickFocus
        )
        self.ring_radius = 3
        self._role = role
        self.show_weight(weight)
        self.setFixedHeight(theme.line(role))
        self.clicked.connect(self.explain)
        self.show_number("", "", None)

    def show_number(self, name: str, text: str, explained: Explained | None) -> None:
        """Without an explanation it is plain text, as what is absent always is."""
        if text == number_text.EN_DASH:
            explained = None
        had, self._explained = self._explained is not None, explained
        if explained is None and self.hasFocus():
            self.clearFocus()
        self.setFocusPolicy(self._wanted_focus if explained else Qt.FocusPolicy.NoFocus)
        spoken = f"{name}: {text}" if name else text
        if spoken != self.accessibleName():
            self.setAccessibleName(spoken)
        if text != self.text():
            self.setText(text)
            self.updateGeometry()
        elif had != (explained is not None):
            self.update()

    def show_weight(self, weight: int | None) -> None:
        self.setFont(self.theme.font(self._role, weight, tabular=True))
        self.updateGeometry()

    def explain(self) -> Popover | None:
        if self._explained is None:
            return None
        return open_explained(self.theme, self, self._explained)

    def sizeHint(self) -> QSize:
        width = QFontMetricsF(self.font()).horizontalAdvance(self.text())
        return QSize(int(width) + 1, self.height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = self.begin()
        metrics = QFontMetricsF(self.font())
        baseline = (self.height() + metrics.capHeight()) / 2
        over = self._explained is not None and self.hovered()
        ink = self.theme.color("text.primary" if over else f"text.{self._tone}")
        painter.setFont(self.font())
        painter.setPen(ink)
        painter.drawText(QPointF(0, baseline), self.text())
        if self._explained is None:
            return
        line = self.theme.color("text.primary" if over else "line.control")
        painter.setPen(QPen(line, 1, Qt.PenStyle.DotLine))
        y = int(min(baseline + self._below_px, self.height() - 1)) + 0.5
        painter.drawLine(QPointF(0, y), QPointF(self._number_px(), y))

    def _number_px(self) -> float:
        """The dotted line goes no further."""
        return float(self.width())


class ExplainedFigure(ExplainedNumber):
    """A large number and its unit on one baseline, as `Figure` draws them."""

    def __init__(self, theme: Theme, name: str, *, by_keyboard: bool = False) -> None:
        self.name, self.figure, self.unit = name, "", ""
        self._because: Explained | None = None
        super().__init__(theme, "figure_m", by_keyboard=by_keyboard)
        self._below_px = _LINE_BELOW_PX
        self._unit_font = theme.font("small", 400)
        self.show_figure(number_text.EN_DASH)

    def show_figure(self, figure: str, unit: str = "") -> None:
        if (figure, unit) != (self.figure, self.unit):
            self.figure, self.unit = figure, unit
            self._tone = "tertiary" if figure == number_text.EN_DASH else "primary"
            self._show()
            self.updateGeometry()

    def show_explained(self, explained: Explained | None) -> None:
        if explained != self._because:
            self._because = explained
            self._show()

    def _show(self) -> None:
        self.show_number(self.name, self.figure, self._because)
        if self.unit:
            self.setAccessibleName(f"{self.name}: {self.figure} {self.unit}")

    def sizeHint(self) -> QSize:
        if not self.unit:
            return super().sizeHint()
        unit = QFontMetricsF(self._unit_font).horizontalAdvance(self.unit)
        return QSize(int(self._number_px() + _UNIT_GAP_PX + unit) + 2, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setFont(self._unit_font)
        painter.setPen(self.theme.color("text.secondary"))
        baseline = (self.height() + QFontMetricsF(self.font()).capHeight()) / 2
        painter.drawText(QPointF(self._number_px() + _UNIT_GAP_PX, baseline), self.unit)

    def _number_px(self) -> float:
        return QFontMetricsF(self.font()).horizontalAdvance(self.text())
