"""The word "how" and what it opens: a number's formula, its inputs and where they are from."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from app.dashboard.state import Explained
from runtime.language import tr
from ui.labels import Label, Paragraph
from ui.popover import Popover
from ui.savings_view import POPOVER_PX, HowButton
from ui.theme import Theme

_ROW_PX, _BELOW_PX = 25, 4


class How(HowButton):
    """Hidden while there is nothing to explain."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__(theme, name)
        self._explained: Explained | None = None
        self.clicked.connect(self.explain)
        self.hide()

    def show_explained(self, explained: Explained | None) -> None:
        self._explained = explained
        self.setVisible(explained is not None)

    def explain(self) -> Popover | None:
        if self._explained is None:
            return None
        return open_explained(self.theme, self, self._explained)


def open_explained(theme: Theme, opener: QWidget, explained: Explained) -> Popover:
    """A card below `opener`, or above it where there is no room."""
    window = opener.window()
    popover = Popover(theme, window, opener, explained.title)
    popover.content.addWidget(Paragraph(theme, explained.title, "small", weight=600))
    popover.content.addSpacing(4)
    popover.content.addWidget(Paragraph(theme, explained.formula, "small", "secondary"))
    if explained.inputs:
        popover.content.addSpacing(6)
        popover.content.addLayout(_inputs(theme, explained.inputs))
    if explained.sources:
        popover.content.addSpacing(6)
    for source in explained.sources:
        popover.content.addWidget(Paragraph(theme, source, "caption", "tertiary"))
    corner = opener.mapTo(window, QPoint(opener.width(), -_BELOW_PX))
    popover.open_near(corner, POPOVER_PX)
    left = opener.mapTo(window, QPoint()).x()
    if left < popover.width():
        # There is no room at its left: their texts begin at one line.
        inset = popover.content.contentsMargins().left()
        popover.move(max(0, min(left - inset, window.width() - popover.width())), popover.y())
    below = corner.y() + opener.height() + 2 * _BELOW_PX
    if below + popover.height() <= window.height() or corner.y() < popover.height():
        top = max(0, min(below, window.height() - popover.height()))
        popover.move(popover.x(), top)
    return popover


def _inputs(theme: Theme, inputs: tuple[tuple[str, str], ...]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(0)
    grid.setColumnStretch(0, 1)
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    for row, (label, value) in enumerate(inputs):
        grid.setRowMinimumHeight(row, _ROW_PX)
        grid.addWidget(Paragraph(theme, label, "small"), row, 0)
        grid.addWidget(Label(theme, value, "small", "secondary", tabular=True), row, 1, right)
    return grid


def how_name(subject: str) -> str:
    """What a screen reader says of the button beside `subject`."""
    return tr("How it is computed: {subject}", subject=subject)
