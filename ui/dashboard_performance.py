"""The Performance tab of the dashboard: speed, energy, experts and memory of this machine."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.dashboard.state import DashboardCommands, DashboardView
from runtime.language import marked, tr
from ui.controls import Button
from ui.dashboard_answer import AnswerStrip
from ui.dashboard_energy import EnergyCard
from ui.dashboard_experts import ExpertsCard
from ui.dashboard_memory import MemoryMapCard
from ui.dashboard_speed import SpeedCard
from ui.dashboard_warnings import Warnings
from ui.labels import Paragraph
from ui.page_frame import Card
from ui.theme import Theme

EMPTY = marked("Numbers appear after the first answer")
# layout.dashboard_columns of the tokens, where a list has no single size.
_COLUMNS = (724, 404)
# The heights of the design's two rows.
_ROWS = (254, 439)
_STACKED_BELOW_PX, _FIRST_ROW_PX = 960, 254
# Below it the design's rows and the answer above them find no room.
_LOW_PX, _LOW_GAP_PX = 860, 12


class EmptyCard(Card):
    """Instead of sample data."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.content.addWidget(Paragraph(theme, tr(EMPTY), "card_title"))
        self.content.addSpacing(12)
        self.chat = Button(theme, tr("Go to Chats"), "primary")
        self.content.addWidget(self.chat, 0, Qt.AlignmentFlag.AlignLeft)


class DashboardCards(QWidget):
    """Two wide cards with two narrow ones beside them, or one above the other.

    The first row is as high as the design's where the window is; the rest of its height is shared
    out. A lower card that has nothing to draw is only as high as its text, and the upper one takes
    what is left.
    """

    def __init__(self, theme: Theme, wide: tuple[Card, Card], narrow: tuple[Card, Card]) -> None:
        super().__init__()
        self._wide, self._narrow = wide, narrow
        self._form: tuple[bool, bool, bool, bool] | None = None
        self._is_low, self._wide_filled, self._narrow_filled = False, True, True
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(theme.px("layout.card_gap.default"))
        self._arrange()

    def minimumSizeHint(self) -> QSize:
        return QSize(300, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def show_low(self, low: bool) -> None:
        """Whether the window is."""
        self._is_low = low
        self._arrange()

    def show_filled(self, *, wide: bool, narrow: bool) -> None:
        """Whether the lower cards have something to draw."""
        self._wide_filled, self._narrow_filled = wide, narrow
        self._arrange()

    def _arrange(self) -> None:
        stacked = self.width() < _STACKED_BELOW_PX
        form = stacked, self._is_low, self._wide_filled, self._narrow_filled
        if form == self._form:
            return
        self._form = form
        (speed, experts), (energy, memory) = self._wide, self._narrow
        if stacked:
            for row, card in enumerate((speed, energy, experts, memory)):
                self._grid.addWidget(card, row, 0)
        else:
            self._stand(0, speed, experts, filled=self._wide_filled)
            self._stand(1, energy, memory, filled=self._narrow_filled)
        least = 0 if stacked or self._is_low else _FIRST_ROW_PX
        speed.setMinimumHeight(least)
        energy.setMinimumHeight(least)
        for row, share in enumerate(_ROWS):
            self._grid.setRowStretch(row, 0 if stacked else share)
        for column, share in enumerate(_COLUMNS):
            self._grid.setColumnStretch(column, int(column == 0) if stacked else share)
            # Without it a long line in one card takes width from the other.
            self._grid.setColumnMinimumWidth(column, 0)

    def _stand(self, column: int, upper: Card, lower: Card, *, filled: bool) -> None:
        """Rows 0 and 1 share out the height; row 2 is as high as a card that isn't filled."""
        self._grid.addWidget(upper, 0, column, 1 if filled else 2, 1)
        self._grid.addWidget(lower, 1 if filled else 2, column, 2 if filled else 1, 1)


class PerformanceTab(QWidget):
    """Draws a `DashboardView` but for its money. `chat_wanted` asks for the chats."""

    chat_wanted = Signal()

    def __init__(self, theme: Theme, commands: DashboardCommands) -> None:
        super().__init__()
        self.warnings = Warnings(theme)
        self.warnings.remedy_wanted.connect(commands.relieve)
        self._runs: tuple[object, ...] = ()
        self.empty = EmptyCard(theme)
        self.empty.chat.clicked.connect(self.chat_wanted)
        self.answer = AnswerStrip(theme)
        self.speed = SpeedCard(theme)
        self.energy = EnergyCard(theme)
        self.experts = ExpertsCard(theme)
        self.experts.capture_wanted.connect(commands.capture_experts)
        self.experts.forget_wanted.connect(commands.forget_experts)
        self.memory = MemoryMapCard(theme)
        self.cards = DashboardCards(theme, (self.speed, self.experts), (self.energy, self.memory))
        self.experts.filled.connect(self._fill)
        self._fill()
        self._gap_px = theme.px("layout.card_gap.default")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(self._gap_px)
        for widget in (self.warnings, self.empty, self.answer):
            self._column.addWidget(widget)
        self._column.addWidget(self.cards, 1)
        self._column.addStretch()

    def fit(self, width: int, height: int) -> None:
        """To a page of that size: in a low one everything is to be seen at once."""
        low = height < _LOW_PX and width >= _STACKED_BELOW_PX
        self._column.setSpacing(_LOW_GAP_PX if low else self._gap_px)
        self.answer.show_slim(low)
        self.cards.show_low(low)

    def show_view(self, view: DashboardView) -> None:
        """Before the first answer there is nothing but what is about to hurt."""
        empty = view.runs == 0 and not view.answer.is_live
        self.warnings.show_warnings(view.memory.warnings)
        self.empty.setVisible(empty)
        self.answer.setVisible(not empty)
        self.cards.setVisible(not empty)
        if empty:
            return
        self.answer.show_answer(view.answer)
        # These two change with a run, the others four times a second.
        runs = view.speed, view.energy, view.now_s
        if runs != self._runs:
            self._runs = runs
            self.speed.show_history(view.speed, view.now_s)
            self.energy.show_view(view.energy, view.now_s)
        self.experts.show_view(view.experts)
        self.memory.show_map(view.memory)
        self._fill()

    def _fill(self) -> None:
        self.cards.show_filled(wide=self.experts.is_filled, narrow=self.memory.is_filled)
