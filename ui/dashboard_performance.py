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
_STACKED_BELOW_PX, _FIRST_ROW_PX, _SECOND_ROW_PX = 960, 254, 300


class EmptyCard(Card):
    """Instead of sample data."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.content.addWidget(Paragraph(theme, tr(EMPTY), "card_title"))
        self.content.addSpacing(12)
        self.chat = Button(theme, tr("Go to Chats"), "primary")
        self.content.addWidget(self.chat, 0, Qt.AlignmentFlag.AlignLeft)


class DashboardCards(QWidget):
    """Two wide cards with two narrow ones beside them, or one above the other."""

    def __init__(self, theme: Theme, wide: tuple[Card, ...], narrow: tuple[Card, ...]) -> None:
        super().__init__()
        self._wide, self._narrow = wide, narrow
        self._stacked: bool | None = None
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(theme.px("layout.card_gap.default"))
        self._arrange(stacked=False)

    def minimumSizeHint(self) -> QSize:
        return QSize(300, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(stacked=event.size().width() < _STACKED_BELOW_PX)

    def _arrange(self, *, stacked: bool) -> None:
        if stacked == self._stacked:
            return
        self._stacked = stacked
        for row, (wide, narrow) in enumerate(zip(self._wide, self._narrow, strict=True)):
            least = (_FIRST_ROW_PX, _SECOND_ROW_PX)[row]
            for card in (wide, narrow):
                card.setMinimumHeight(0 if stacked else least)
            self._grid.addWidget(wide, 2 * row if stacked else row, 0)
            self._grid.addWidget(narrow, *((2 * row + 1, 0) if stacked else (row, 1)))
        for column, share in enumerate(_COLUMNS):
            self._grid.setColumnStretch(column, int(column == 0) if stacked else share)
            # Without it a long line in one card takes width from the other.
            self._grid.setColumnMinimumWidth(column, 0)


class PerformanceTab(QWidget):
    """Draws a `DashboardView` but for its money. `chat_wanted` asks for the chats."""

    chat_wanted = Signal()

    def __init__(self, theme: Theme, commands: DashboardCommands) -> None:
        super().__init__()
        self.warnings = Warnings(theme)
        self.warnings.remedy_wanted.connect(commands.relieve)
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
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px("layout.card_gap.default"))
        for widget in (self.warnings, self.empty, self.answer, self.cards):
            column.addWidget(widget)
        column.addStretch()

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
        self.speed.show_history(view.speed, view.now_s)
        self.energy.show_view(view.energy, view.now_s)
        self.experts.show_view(view.experts)
        self.memory.show_map(view.memory)
