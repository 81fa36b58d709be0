"""A failure where the answer would be: what happened, what to try, the buttons that do it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QVBoxLayout

from runtime.errors import Problem
from runtime.language import tr
from ui.controls import Button, Kind
from ui.icon_mark import IconMark
from ui.labels import Label, Paragraph
from ui.theme import Theme

LOG_LINES_SHOWN = 10
# Of sentences, in Chinese too.
_ENDINGS = ".?:\u3002\uff1f\uff1a"


@dataclass(frozen=True)
class Choice:
    """A button under a problem."""

    text: str
    act: Callable[[], object]
    kind: Kind = "plain"


class ProblemCard(QFrame):
    """`full_message` (the end of the engine's log) hides behind "Show the full message"."""

    def __init__(
        self,
        theme: Theme,
        problem: Problem,
        choices: tuple[Choice, ...] = (),
        full_message: str = "",
        *,
        icon: str = "triangle-alert",
        tone: str = "error",
    ) -> None:
        super().__init__()
        self.problem = problem
        self.setProperty("surface", "card")
        self.setAccessibleName(problem.title)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 18)
        column.setSpacing(0)
        title = QHBoxLayout()
        title.setSpacing(8)
        title.addWidget(IconMark(theme, icon, 18, f"state.{tone}"))
        self.title = Label(theme, problem.title, "card_title")
        title.addWidget(self.title, 1)
        column.addLayout(title)
        column.addSpacing(4)
        self.message = Paragraph(theme, spoken(problem), tone="secondary", selectable=True)
        column.addWidget(self.message)
        self.buttons: list[Button] = []
        if choices:
            column.addSpacing(14)
            column.addLayout(self._buttons(theme, choices))
        if full_message.strip():
            self._add_full_message(theme, column, full_message.strip())

    def _buttons(self, theme: Theme, choices: tuple[Choice, ...]) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        for choice in choices:
            button = Button(theme, choice.text, choice.kind)
            button.clicked.connect(lambda _=False, act=choice.act: act())
            row.addWidget(button)
            self.buttons.append(button)
        row.addStretch()
        return row

    def _add_full_message(self, theme: Theme, column: QVBoxLayout, text: str) -> None:
        column.addSpacing(8)
        self.reveal = Button(theme, tr("Show the full message"), "quiet")
        column.addWidget(self.reveal, 0, Qt.AlignmentFlag.AlignLeft)
        log = QPlainTextEdit(text)
        log.setObjectName("logTail")
        log.setReadOnly(True)
        log.setTabChangesFocus(True)
        log.setFont(theme.font("code"))
        log.setAccessibleName(tr("Full message"))
        lines = min(LOG_LINES_SHOWN, text.count("\n") + 1)
        log.setFixedHeight(lines * log.fontMetrics().lineSpacing() + 26)
        log.hide()
        self.full_message = log
        column.addWidget(log)

        def turn() -> None:
            log.setVisible(log.isHidden())
            self.reveal.show_text(
                tr("Show the full message") if log.isHidden() else tr("Hide the full message")
            )

        self.reveal.clicked.connect(turn)


def spoken(problem: Problem) -> str:
    """Message and remedy as running text, each a sentence."""
    message = problem.message.rstrip()
    if message and message[-1] not in _ENDINGS:
        message = tr("{sentence}.", sentence=message)
    if not message or not problem.remedy:
        return message or problem.remedy
    return tr("{first} {second}", first=message, second=problem.remedy)
