"""The Plan page: what loading a model will take and give, before it is loaded."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QMargins, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.plan_state import Choices, PlanCommands, PlanView
from app.session_state import SessionState
from runtime.errors import Problem
from runtime.language import marked, tr
from ui.centred import Centred
from ui.labels import Paragraph
from ui.page import Page
from ui.page_frame import Card
from ui.plan_adjust import AdjustCard
from ui.plan_header import PlanHeader
from ui.plan_memory import MemoryCard
from ui.plan_strip_card import StripCard
from ui.plan_tune import TuneCard
from ui.plan_verdict import VerdictCard
from ui.problem_card import ProblemCard
from ui.scroll_bar import SCROLL_BAR_PX, ScrollArea
from ui.theme import Theme

READING = marked("Reading what the model consists of and what this machine has free.")
_THREE_FROM_PX, _TWO_FROM_PX, _BOTTOM_PX = 960, 640, 10


class PlanCards(QWidget):
    """Three cards side by side, or two over one, or one over another, as the width allows."""

    def __init__(self, theme: Theme, adjust: QWidget, memory: QWidget, tune: QWidget) -> None:
        super().__init__()
        self._cards = (adjust, memory, tune)
        self._shares = (316, 384, 420)  # layout.plan_columns of the design
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(theme.px("layout.card_gap.dense"))
        self._arrange(3)

    def minimumSizeHint(self) -> QSize:
        return QSize(300, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = event.size().width()
        self._arrange(3 if width >= _THREE_FROM_PX else 2 if width >= _TWO_FROM_PX else 1)

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for card in self._cards:
            self._grid.removeWidget(card)
        for column in range(3):
            share = self._shares[column] if column < columns else 0
            self._grid.setColumnStretch(column, share if columns > 1 else int(column == 0))
        adjust, memory, tune = self._cards
        self._grid.addWidget(adjust, 0, 0)
        self._grid.addWidget(memory, *((0, 1) if columns > 1 else (1, 0)))
        if columns == 3:
            self._grid.addWidget(tune, 0, 2)
        else:
            self._grid.addWidget(tune, 3 - columns, 0, 1, columns)


class PlanPage(Page):
    """Draws a `PlanView`, and hands what the person does to `commands`."""

    def __init__(self, theme: Theme, commands: PlanCommands) -> None:
        super().__init__()
        self._theme, self._commands = theme, commands
        self._view: PlanView | None = None
        self.setProperty("surface", "page")
        self.setAccessibleName(tr("Plan"))
        self.header = PlanHeader(theme)
        self.verdict = VerdictCard(theme)
        self.strip = StripCard(theme)
        self.adjust = AdjustCard(theme)
        self.memory = MemoryCard(theme)
        self.tune = TuneCard(theme)
        self.problem: ProblemCard | None = None
        self.reading = self._reading_card()
        self._build()
        self._connect()

    def show_state(self, state: SessionState) -> None:
        """The page draws its own view."""

    def show_plan(self, view: PlanView) -> None:
        before, self._view = self._view, view
        if view is before:
            return
        self.header.show_plan(view)
        self._show_problem(view.problem)
        ready = view.phase == "ready" and view.plan is not None and view.layout is not None
        self.reading.setVisible(view.phase == "reading")
        for card in (self.verdict, self.strip, self._cards):
            card.setVisible(ready)
        if not ready:
            return
        self.verdict.show_plan(view)
        self.strip.show_plan(view)
        self.adjust.show_plan(view)
        assert view.plan is not None
        actual = view.actual
        loaded = actual is not None and actual.plan.placement == view.plan.placement
        self.memory.show_plan(view.plan, actual if loaded else None)
        self.tune.show_plan(view)

    def take_focus(self) -> None:
        """On what the page is for; on the way back while that can't be done."""
        button = self.header.load if self.header.load.isEnabled() else self.header.back
        button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _connect(self) -> None:
        commands = self._commands
        self.header.back_wanted.connect(commands.close_plan)
        self.header.load_wanted.connect(commands.load_plan)
        self.verdict.remedy_wanted.connect(self._choose)
        self.strip.chosen.connect(self._choose_experts)
        self.adjust.chosen.connect(self._choose)
        self.adjust.back_wanted.connect(commands.back_to_suggested)
        self.tune.tune_wanted.connect(commands.tune)
        self.tune.stop_wanted.connect(commands.stop_tuning)

    def _choose(self, choices: Choices) -> None:
        self._commands.choose(choices)

    def _choose_experts(self, count: int) -> None:
        if self._view is not None:
            self._choose(replace(self._view.choices, expert_layers_on_cpu=count))

    def _show_problem(self, problem: Problem | None) -> None:
        if self.problem is not None:
            if problem == self.problem.problem:
                return
            self._problem_place.removeWidget(self.problem)
            self.problem.hide()
            self.problem.deleteLater()
            self.problem = None
        if problem is not None:
            self.problem = ProblemCard(self._theme, problem)
            self._problem_place.addWidget(self.problem)

    # Building

    def _build(self) -> None:
        theme = self._theme
        margin, gap = theme.px("layout.page_margin"), theme.px("layout.card_gap.dense")
        width = theme.px("layout.page_max")
        self._cards = PlanCards(theme, self.adjust, self.memory, self.tune)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(gap)
        self._problem_place = QVBoxLayout()
        column.addLayout(self._problem_place)
        for card in (self.reading, self.verdict, self.strip, self._cards):
            column.addWidget(card)
        ground = QWidget()
        outer = QVBoxLayout(ground)
        outer.setContentsMargins(0, 0, 0, 0)
        sides = QMargins(margin, 0, margin - SCROLL_BAR_PX, _BOTTOM_PX)
        outer.addWidget(Centred(content, width, sides))
        outer.addStretch()
        self.area = ScrollArea(theme, ground)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        page.addWidget(Centred(self.header, width, QMargins(margin, 0, margin, 0)))
        page.addWidget(self.area, 1)

    def _reading_card(self) -> Card:
        card = Card(self._theme)
        card.content.addWidget(Paragraph(self._theme, tr(READING), tone="secondary"))
        return card
