"""The card that says first whether a plan fits, where things go and how fast it should be."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app import number_text
from app.plan_state import Choices, PlanView
from runtime.language import marked, tr
from ui.band_chart import Prediction, RangeFigure
from ui.controls import Button
from ui.icon_mark import IconMark
from ui.labels import Label, Paragraph
from ui.page_frame import Card
from ui.plan_words import Remedy, explained, verdict
from ui.spaced import Spaced
from ui.theme import Theme

_SPEED_PX, _READY_PX, _GAP_PX, _NARROW_PX, _ANY_PX = 190, 104, 36, 940, 16_777_215
_ICONS = {"ok": "check", "warn": "info", "error": "triangle-alert"}
MEASURED = marked("measured")
PREDICTED = marked("predicted, and the range it should stay in")


class SpeedLegend(QWidget):
    """What dot, band and tick mean; the dot only where there is one."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._measured = False
        self.setFixedHeight(16)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_measured(self, measured: bool) -> None:
        if measured != self._measured:
            self._measured = measured
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, left, middle = self._theme, 0.0, self.height() / 2
        font = theme.font("caption")
        painter.setFont(font)
        painter.setPen(Qt.PenStyle.NoPen)
        if self._measured:
            painter.setBrush(theme.color("chart.measured"))
            painter.drawEllipse(QPointF(4, middle), 3.5, 3.5)
            measured = tr(MEASURED)
            self._text(painter, 13, measured)
            left = 13 + QFontMetrics(font).horizontalAdvance(measured) + 15
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("chart.band_bar"))
        painter.drawRoundedRect(QRectF(left, middle - 4, 16, 8), 2, 2)
        painter.fillRect(QRectF(left + 7, middle - 5, 2, 10), theme.color("chart.tick"))
        self._text(painter, left + 21, tr(PREDICTED))

    def _text(self, painter: QPainter, left: float, text: str) -> None:
        painter.setPen(self._theme.color("text.tertiary"))
        box = QRectF(left, 0, self.width(), self.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)


class VerdictCard(Card):
    """`remedy_wanted` carries the `Choices` of the nearest plan that fits."""

    remedy_wanted = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._theme = theme
        self._remedy: Remedy | None = None
        side = theme.px("layout.card_padding.x")
        self.content.setContentsMargins(side, 13, side, 12)
        self._words = self._words_column()
        self.decode = Prediction(theme, tr("Predicted decode"))
        self.prompt = Prediction(theme, tr("Predicted prompt"))
        self._ready = self._ready_column()
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(_GAP_PX)
        self._grid.setVerticalSpacing(14)
        self.content.addLayout(self._grid)
        self._narrow: bool | None = None
        self._arrange(narrow=False)

    def show_plan(self, view: PlanView) -> None:
        """`view` has a plan."""
        assert view.plan is not None
        found = verdict(view)
        self._mark.show_icon(_ICONS[found.tone], f"state.{found.tone}")
        self.heading.show_text(found.heading)
        self.heading.set_tone(found.tone)
        self.sentence.show_text(found.sentence)
        self._remedy = found.remedy
        self._remedy_place.setVisible(found.remedy is not None)
        if found.remedy is not None:
            self.remedy.show_text(found.remedy.text)
        self.notes.show_text("\n".join(view.notes))
        self._notes_place.setVisible(bool(view.notes))
        self.setAccessibleName(
            tr("{title}. {message}", title=found.heading, message=found.sentence)
        )
        self._show_speeds(view)
        self._show_ready(view)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(narrow=self.width() < _NARROW_PX)

    def _show_speeds(self, view: PlanView) -> None:
        assert view.plan is not None
        speed, measured = view.plan.speed, view.measured
        decode = measured.decode_tokens_per_s if measured else None
        prompt = measured.prompt_tokens_per_s if measured else None
        self.decode.show_speed(
            *(speed.decode_low, speed.decode_tokens_per_s, speed.decode_high, decode),
            explained(tr("A token"), speed.decode),
        )
        tokens = max(round(speed.prompt_tokens_per_s * speed.prompt.total_s), 1)
        batch = tr("A batch of about {tokens}", tokens=number_text.predicted(tokens))
        self.prompt.show_speed(
            *(speed.prompt_low, speed.prompt_tokens_per_s, speed.prompt_high, prompt),
            explained(batch, speed.prompt),
        )
        self.legend.show_measured(decode is not None or prompt is not None)

    def _show_ready(self, view: PlanView) -> None:
        if view.load_s is None:
            self.ready.show_figure(number_text.EN_DASH)
        else:
            self.ready.show_figure(*number_text.about(view.load_s))
        size = number_text.gib_unit(view.model.file_bytes)
        self.size.show_text(tr("{size} from disk", size=size))
        figure = f"{self.ready.figure} {self.ready.unit}".strip()
        self.ready.setAccessibleName(tr("Ready in about: {time}", time=figure))
        self._fit_figures()

    # Building

    def _words_column(self) -> QWidget:
        theme = self._theme
        place = QWidget()
        column = QVBoxLayout(place)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setSpacing(6)
        head.setContentsMargins(-3, 0, 0, 0)
        self._mark = IconMark(theme, "check", 16, "state.ok")
        self.heading = Label(theme, "", weight=500)
        head.addWidget(self._mark)
        head.addWidget(self.heading)
        head.addStretch()
        self.sentence = Paragraph(theme, "", tone="secondary")
        self.remedy = Button(theme, "")
        self.remedy.clicked.connect(self._choose_remedy)
        self.notes = Paragraph(theme, "", "small", "secondary")
        self.legend = SpeedLegend(theme)
        column.addLayout(head)
        column.addSpacing(3)
        column.addWidget(self.sentence)
        column.addSpacing(6)
        self._remedy_place = Spaced(self.remedy, above=4, below=10)
        self._notes_place = Spaced(self.notes, below=2)
        column.addWidget(self._remedy_place)
        column.addWidget(self._notes_place)
        column.addWidget(self.legend)
        column.addStretch()
        return place

    def _ready_column(self) -> QWidget:
        theme = self._theme
        place = QWidget()
        column = QVBoxLayout(place)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.ready = RangeFigure(theme)
        self.size = Label(theme, "", "caption", "tertiary", tabular=True)
        column.addWidget(Label(theme, tr("Ready in about"), "small", "secondary"))
        column.addWidget(self.ready)
        column.addWidget(self.size)
        column.addStretch()
        return place

    def _arrange(self, *, narrow: bool) -> None:
        """Words beside the figures, or above them."""
        if narrow == self._narrow:
            return
        self._narrow = narrow
        figures = (self.decode, self.prompt, self._ready)
        for widget in (self._words, *figures):
            self._grid.removeWidget(widget)
        row, first = (1, 0) if narrow else (0, 1)
        self._grid.addWidget(self._words, 0, 0, 1, 3 if narrow else 1)
        top = Qt.AlignmentFlag.AlignTop
        for column in range(4):
            self._grid.setColumnStretch(column, 1 if narrow and column < 3 else 0)
        self._grid.setColumnStretch(0, 1)
        for offset, widget in enumerate(figures):
            self._grid.addWidget(widget, row, first + offset, 1, 1, top)
        self._fit_figures()

    def _fit_figures(self) -> None:
        """Beside the words they are as wide as ever, save where their own text needs more."""
        for widget in (self.decode, self.prompt, self._ready):
            least = _READY_PX if widget is self._ready else _SPEED_PX
            width = max(least, widget.sizeHint().width())
            widget.setMinimumWidth(0 if self._narrow else width)
            widget.setMaximumWidth(_ANY_PX if self._narrow else width)

    def _choose_remedy(self) -> None:
        if self._remedy is not None:
            choices: Choices = self._remedy.choices
            self.remedy_wanted.emit(choices)

    def minimumSizeHint(self) -> QSize:
        return QSize(480, super().minimumSizeHint().height())
