"""The card of files in the models folder that are left out, each with the reason."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from runtime.errors import Problem
from runtime.language import number, tr
from ui.controls import Button
from ui.icon_mark import IconMark
from ui.labels import Label, Paragraph
from ui.page_frame import Card
from ui.problem_card import spoken
from ui.theme import Theme

SHOWN_FIRST = 20


class ProblemsCard(Card):
    """Hidden without problems; long lists begin with the first of them."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("Files left out"))
        self._theme = theme
        self._problems: tuple[Problem, ...] = ()
        self._rows = QVBoxLayout()
        self._rows.setContentsMargins(0, 4, 0, 0)
        self.content.addLayout(self._rows)
        self.rest = Button(theme, "", "quiet")
        self.rest.clicked.connect(lambda _=False: self._add_rows(len(self._problems)))
        self.content.addWidget(self.rest, 0, Qt.AlignmentFlag.AlignLeft)
        self.hide()

    def show_problems(self, problems: tuple[Problem, ...]) -> None:
        if problems == self._problems:
            return
        self._problems = problems
        while item := self._rows.takeAt(0):
            item.widget().hide()
            item.widget().deleteLater()
        self._add_rows(SHOWN_FIRST)
        self.setVisible(bool(problems))

    def _add_rows(self, up_to: int) -> None:
        for problem in self._problems[self._rows.count() : up_to]:
            self._rows.addWidget(_ProblemRow(self._theme, problem))
        left = len(self._problems) - self._rows.count()
        self.rest.show_text(tr("Show {n} more", n=number(left, ",")))
        self.rest.setVisible(left > 0)


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
