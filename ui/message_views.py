"""An answer with what it thought, its numbers and its actions."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from app.session_state import MessageView, RunningAnswer
from runtime.language import marked, tr
from ui import message_words as words
from ui.answer_text import AnswerText
from ui.controls import IconButton
from ui.focus_ring import show_or_hide
from ui.labels import Label
from ui.message_actions import BranchSwitcher, CopyButton, pop_up
from ui.message_edit import MessageEdit
from ui.message_plain import plain_text
from ui.message_words import Surroundings
from ui.problem_card import ProblemCard
from ui.theme import Theme
from ui.thinking_block import ThinkingBlock

_AFTER_ANSWER_PX = 24
_ICON_PX = 16
_EDIT_NOTE = marked("Saved as another version")


class AnswerView(QWidget):
    """An answer: running, finished, stopped or failed."""

    regenerate_wanted = Signal()
    continue_wanted = Signal()
    edit_began = Signal()
    edited = Signal(str)
    deleted = Signal()
    turned = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._problem: ProblemCard | None = None
        self._message: MessageView | None = None
        self._surroundings = Surroundings()
        self._is_last = False
        self.editor: MessageEdit | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, _AFTER_ANSWER_PX)
        self._column.setSpacing(0)
        self.thinking = ThinkingBlock(theme)
        self._column.addWidget(self.thinking)
        self.text = AnswerText(theme)
        self._column.addWidget(self.text)
        self._column.addSpacing(8)
        self.status = Label(theme, "", "small", "tertiary", tabular=True)
        self.status.setWordWrap(True)
        self._column.addWidget(self.status)
        self._column.addWidget(self._actions())
        self._below = QVBoxLayout()
        self._column.addLayout(self._below)

    @property
    def problem(self) -> ProblemCard | None:
        """The card of what cut this answer short."""
        return self._problem

    def _actions(self) -> QWidget:
        self.actions = QWidget()
        row = QHBoxLayout(self.actions)
        row.setContentsMargins(0, 4, 0, 0)
        row.setSpacing(6)
        self.branch = BranchSwitcher(self._theme)
        self.branch.turned.connect(self.turned)
        self.copy = CopyButton(self._theme, tr("Copy answer"))
        self.copy.clicked.connect(lambda: pop_up(self.copy_menu(), self.copy))
        self.retry = self._icon("refresh-cw", tr("Answer again"))
        self.retry.clicked.connect(self.regenerate_wanted)
        self.edit = self._icon("pencil", tr("Edit answer"))
        self.edit.clicked.connect(self.begin_edit)
        self.more = self._icon("ellipsis", tr("More"))
        self.more.clicked.connect(lambda: pop_up(self.more_menu(), self.more))
        row.addWidget(self.branch)
        for button in (self.copy, self.retry, self.edit, self.more):
            row.addWidget(button)
        row.addStretch()
        return self.actions

    def _icon(self, icon: str, name: str) -> IconButton:
        return IconButton(self._theme, icon, name, icon_px=_ICON_PX, flush=True)

    # What it shows

    def show_running(self, answer: RunningAnswer) -> None:
        show_or_hide(self.actions, shown=False)
        if answer.reasoning:
            line = words.thinking_line(answer)
            is_thinking = not answer.text
            self.thinking.show_thinking(answer.reasoning, line, running=is_thinking)
        self.text.setVisible(bool(answer.text))
        self.text.show_running(answer.text)
        self.status.show_text(words.running_line(answer))

    def show_finished(
        self, message: MessageView, *, is_last: bool, problem: ProblemCard | None
    ) -> None:
        self._message = message
        self._show_thinking(message)
        self.text.setVisible(bool(message.text) and self.editor is None)
        if message.text != self.text.text or self.text.is_running:
            self.text.show_finished(message.text)
        self._show_line()
        self.actions.show()
        self.copy.setVisible(bool(message.text))
        self.edit.setVisible(bool(message.text))
        self.show_last(is_last)
        self._show_doors()
        self._show_problem(problem)

    def show_surroundings(self, surroundings: Surroundings) -> None:
        if surroundings != self._surroundings:
            self._surroundings = surroundings
            self._show_line()
            self._show_doors()

    def show_last(self, is_last: bool) -> None:
        """Only the last answer can go on."""
        self._is_last = is_last

    def mark_words(self, words: tuple[str, ...]) -> None:
        """Opens the thinking where only that has them."""
        self.text.mark_words(words)
        self.thinking.mark_words(words if self.text.first_marked() is None else ())

    def restyle(self) -> None:
        self.text.restyle()
        self.thinking.restyle()

    def _show_thinking(self, message: MessageView) -> None:
        stats = message.stats
        line = words.thought_line(
            stats.reasoning_s if stats else 0.0, stats.reasoning_tokens if stats else 0
        )
        self.thinking.show_thinking(message.reasoning, line, running=False)

    def _show_line(self) -> None:
        message = self._message
        if message is not None:
            model = self._surroundings.other_model(message)
            self.status.show_text(words.statistics_line(message, model))
            self.status.setVisible(bool(self.status.full_text()))

    def _show_doors(self) -> None:
        message, around = self._message, self._surroundings
        if message is None:
            return
        self.branch.show_branch(message.branch, message.branches, busy=around.busy)
        self.retry.setEnabled(around.ready and not around.busy)
        self.edit.setEnabled(not around.busy)
        self.more.setEnabled(not around.busy)
        if self.editor is not None:
            self.editor.show_busy(busy=around.busy)

    def _show_problem(self, problem: ProblemCard | None) -> None:
        if self._problem is not None:
            self._problem.deleteLater()
        self._problem = problem
        if problem is not None:
            self._below.addWidget(problem)
        self._below.setContentsMargins(0, 12 if problem is not None else 0, 0, 0)

    # What can be done with it

    def copy_menu(self) -> QMenu:
        menu = self._menu()
        message = self._message
        if message is not None:
            menu.addAction(tr("Copy as Markdown"), lambda: self.copy.copied(message.text))
            menu.addAction(tr("Copy as text"), lambda: self.copy.copied(plain_text(message.text)))
            if message.reasoning:
                both = f"{message.reasoning}\n\n{message.text}"
                menu.addAction(tr("Copy with the thinking"), lambda: self.copy.copied(both))
        return menu

    def more_menu(self) -> QMenu:
        menu = self._menu()
        message = self._message
        if message is not None and self._is_last and message.text and self._surroundings.ready:
            menu.addAction(tr("Continue where it stopped"), self.continue_wanted.emit)
        menu.addAction(tr("Delete message"), self.deleted.emit)
        return menu

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    def begin_edit(self) -> None:
        if self.editor is not None or self._message is None:
            return
        self.editor = MessageEdit(self._theme, self._message.text, tr(_EDIT_NOTE))
        self.editor.saved.connect(self._save)
        self.editor.given_up.connect(self.end_edit)
        self._column.insertWidget(self._column.indexOf(self.text), self.editor)
        self.text.hide()
        self.actions.hide()
        self.editor.show_busy(busy=self._surroundings.busy)
        self.editor.show()
        self.editor.take_focus()
        self.edit_began.emit()

    def end_edit(self) -> None:
        if self.editor is None:
            return
        self._column.removeWidget(self.editor)
        self.editor.hide()
        self.editor.deleteLater()
        self.editor = None
        self.text.show()
        self.actions.show()
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _save(self, text: str) -> None:
        self.end_edit()
        self.edited.emit(text)
