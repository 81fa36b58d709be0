"""The Models page: what is on this computer, which one is loaded, and where more belong."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.plan_state import PlanCommands
from app.session_state import SessionCommands, SessionState
from runtime.errors import Problem
from ui.icon_mark import IconMark
from ui.labels import Label, Paragraph, PathField
from ui.model_table import ModelTable
from ui.page_frame import CARD_GAP_PX, Card, PageFrame
from ui.problem_card import spoken
from ui.tab_order import chain
from ui.theme import Theme

LINE = "The models on this computer. Each runs here, and nothing you type leaves it."
NO_MODELS = "No models yet"
NO_MODELS_NEXT = "Put a GGUF file in the folder below, then come back to this page."
PLACE_HEADING = "Where models belong"
PLACE_LINE = "Put GGUF files in this folder. It is read again each time this page opens."


class ModelsPage(PageFrame):
    """`chat_wanted` asks for the conversation, with the loaded model."""

    chat_wanted = Signal()

    def __init__(
        self,
        theme: Theme,
        commands: SessionCommands,
        plan_commands: PlanCommands | None = None,
    ) -> None:
        super().__init__(theme, "Models", LINE, theme.px("layout.page_max"))
        self._shown_problems: tuple[Problem, ...] = ()
        self.empty = self._empty_card()
        self.table = ModelTable(theme, commands, plan_commands)
        self.table.chat_wanted.connect(self.chat_wanted)
        self.column.addWidget(self.empty)
        self.column.addWidget(self.table)
        self.column.addSpacing(CARD_GAP_PX)
        self.column.addWidget(self._place_card())
        self.problems = Card(theme, "Files left out")
        self._problem_rows = QVBoxLayout()
        self._problem_rows.setContentsMargins(0, 4, 0, 0)
        self.problems.content.addLayout(self._problem_rows)
        self.problems.hide()
        self.column.addSpacing(CARD_GAP_PX)
        self.column.addWidget(self.problems)

    def show_state(self, state: SessionState) -> None:
        self.empty.setVisible(not state.models)
        self.table.setVisible(bool(state.models))
        had_focus = self.table.has_focus()
        if self.table.show_state(state):
            chain([*self.table.buttons(), self.place])
            if had_focus:
                self.take_focus()
        self.place.show_path(state.models_dir)
        self.place.setVisible(bool(state.models_dir))
        if state.model_problems != self._shown_problems:
            self._show_problems(state.model_problems)

    def take_focus(self) -> None:
        """On the button of the model in use: the likeliest thing to do next."""
        button = self.table.button_in_use()
        if button is not None:
            button.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_plan(self, model_id: str) -> None:
        """On the button that opens the plan of this model: where a person came from."""
        row = self.table.rows.get(model_id)
        if row is not None and row.plan.isVisibleTo(self):
            row.plan.setFocus(Qt.FocusReason.OtherFocusReason)

    def _empty_card(self) -> Card:
        card = Card(self._theme, NO_MODELS)
        card.content.addSpacing(4)
        card.content.addWidget(Paragraph(self._theme, NO_MODELS_NEXT, tone="secondary"))
        return card

    def _place_card(self) -> Card:
        card = Card(self._theme, PLACE_HEADING)
        card.content.addSpacing(4)
        card.content.addWidget(Paragraph(self._theme, PLACE_LINE, tone="secondary"))
        card.content.addSpacing(8)
        self.place = PathField(self._theme, "Models folder")
        card.content.addWidget(self.place)
        return card

    def _show_problems(self, problems: tuple[Problem, ...]) -> None:
        self._shown_problems = problems
        while item := self._problem_rows.takeAt(0):
            item.widget().hide()
            item.widget().deleteLater()
        for problem in problems:
            self._problem_rows.addWidget(_ProblemRow(self._theme, problem))
        self.problems.setVisible(bool(problems))


class _ProblemRow(QWidget):
    def __init__(self, theme: Theme, problem: Problem) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 6, 0, 6)
        row.setSpacing(10)
        top = Qt.AlignmentFlag.AlignTop
        row.addWidget(IconMark(theme, "triangle-alert", 18, "state.warn"), 0, top)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(Label(theme, problem.title, weight=500))
        words.addWidget(Paragraph(theme, spoken(problem), "small", "secondary", selectable=True))
        row.addLayout(words, 1)
