"""What the dashboard's cards share: their heading, and a figure under its label."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app import number_text
from app.dashboard.state import Explained
from ui.dashboard_how import How, how_name
from ui.explained_number import ExplainedFigure
from ui.figures import Figure
from ui.labels import Label
from ui.theme import Theme

_HEAD_PX, _HEAD_GAP_PX = 24, 8
_LEFT = Qt.AlignmentFlag.AlignLeft


class CardHead(QWidget):
    """Title, one line beside it, whatever a card adds, and "how" at the end.

    `show_line` puts a line that finds no room beside the title under it; `line` alone elides.
    """

    def __init__(self, theme: Theme, title: str, *extras: QWidget) -> None:
        super().__init__()
        self.setMinimumHeight(_HEAD_PX)
        self._text = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        self.row = QHBoxLayout()
        self.row.setSpacing(_HEAD_GAP_PX)
        column.addLayout(self.row)
        self.title = Label(theme, title, "card_title")
        self.line, self.under = (
            Label(theme, "", "small", "secondary", tabular=True, elided=True) for _ in range(2)
        )
        self.under.hide()
        column.addWidget(self.under)
        self.how = How(theme, how_name(title))
        self.row.addWidget(self.title)
        self.row.addWidget(self.line, 1)
        for widget in (*extras, self.how):
            self.row.addWidget(widget)

    def show_line(self, text: str) -> None:
        self._text = text
        self._fit()

    def show_passing(self, text: str) -> None:
        """In the place of the line, without moving anything."""
        self._shown().show_text(text or self._text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._text:
            self._fit()

    def _fit(self) -> None:
        taken = 0
        for index in range(self.row.count()):
            widget = self.row.itemAt(index).widget()
            if widget is not self.line and not widget.isHidden():
                taken += widget.sizeHint().width() + _HEAD_GAP_PX
        needed = self.line.fontMetrics().horizontalAdvance(self._text)
        beside = needed <= self.width() - taken
        self.under.setVisible(not beside)
        self.under.show_text("" if beside else self._text)
        self.line.show_text(self._text if beside else "")

    def _shown(self) -> Label:
        return self.line if self.under.isHidden() else self.under


class NamedFigure(QWidget):
    """`below` is a caption under the figure; without `captioned` there is no room for one.

    One that `explains` opens its sum where it has one; not `by_keyboard`, that sum is the card's.
    """

    def __init__(
        self,
        theme: Theme,
        name: str,
        definition: str = "",
        *,
        captioned: bool = False,
        explains: bool = False,
        by_keyboard: bool = False,
    ) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.label = Label(theme, name, "small", "secondary", elided=True)
        self.figure = (
            ExplainedFigure(theme, name, by_keyboard=by_keyboard)
            if explains
            else Figure(theme, name)
        )
        column.addWidget(self.label)
        column.addWidget(self.figure, 0, _LEFT if explains else Qt.AlignmentFlag(0))
        self.below = Label(theme, "", "caption", "tertiary", tabular=True, elided=True)
        self.below.setVisible(captioned)
        column.addWidget(self.below)
        self.define(definition)

    def define(self, definition: str) -> None:
        """A sentence that says what the figure is, as tool tip and for screen readers."""
        if definition != self.figure.accessibleDescription():
            self.figure.setToolTip(definition)
            self.figure.setAccessibleDescription(definition)

    def show_name(self, name: str) -> None:
        if name != self.figure.name:
            self.label.show_text(name)
            self.figure.name = name
            shown = self.figure.figure, self.figure.unit
            self.figure.figure = ""
            self.figure.show_figure(*shown)

    def show_figure(self, figure: str, unit: str = "") -> None:
        """An en dash needs no unit."""
        self.figure.show_figure(figure, "" if figure == number_text.EN_DASH else unit)

    def show_explained(self, explained: Explained | None) -> None:
        if isinstance(self.figure, ExplainedFigure):
            self.figure.show_explained(explained)


class Legend(QWidget):
    """A sample of a band, a dot or a ring, and what it stands for."""

    _SAMPLE_PX, _GAP_PX = 14, 5

    def __init__(self, theme: Theme, kind: str, text: str) -> None:
        super().__init__()
        self._theme, self._kind = theme, kind
        row = QHBoxLayout(self)
        room = self._SAMPLE_PX if kind == "band" else 8
        row.setContentsMargins(room + self._GAP_PX, 0, 0, 0)
        row.addWidget(Label(theme, text, "caption", "secondary"))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color, middle = self._theme.color, self.height() / 2
        if self._kind == "band":
            painter.setPen(color("chart.band_edge"))
            painter.setBrush(color("chart.band_area"))
            painter.drawRoundedRect(QRectF(0.5, middle - 5, 13, 9), 2, 2)
            return
        if self._kind == "ring":
            painter.setPen(QPen(color("chart.measured"), 1.5))
            painter.drawEllipse(QRectF(1, middle - 3, 6, 6))
            return
        painter.setPen(color("chart.measured"))
        painter.setBrush(color("chart.measured"))
        painter.drawEllipse(QRectF(1.5, middle - 2.5, 5, 5))
