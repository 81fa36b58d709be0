"""What is about to hurt, above everything else, each with the button that helps."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.dashboard.state import MemoryWarning
from ui.controls import Button
from ui.icon_mark import IconMark
from ui.labels import Paragraph
from ui.message_announce import announce
from ui.problem_card import spoken
from ui.tab_order import chain
from ui.theme import Theme

# Where the title's letters stand in their line.
_MARK_DOWN_PX = 3


class WarningRow(QFrame):
    """`remedy_wanted` carries the remedy that was asked for."""

    remedy_wanted = Signal(str)

    def __init__(self, theme: Theme, warning: MemoryWarning) -> None:
        super().__init__()
        self.setProperty("surface", "card")
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 10, 14, 10)
        row.setSpacing(10)
        mark = QVBoxLayout()
        mark.setContentsMargins(0, _MARK_DOWN_PX, 0, 0)
        mark.addWidget(IconMark(theme, "triangle-alert", 18, "state.warn"))
        mark.addStretch()
        row.addLayout(mark)
        words = QVBoxLayout()
        words.setSpacing(1)
        self.title = Paragraph(theme, weight=500)
        words.addWidget(self.title)
        self.words = Paragraph(theme, role="small", tone="secondary")
        words.addWidget(self.words)
        row.addLayout(words, 1)
        self.button: Button | None = None
        if warning.remedy and warning.button:
            self.button = Button(theme, warning.button, extent="compact")
            remedy = warning.remedy
            self.button.clicked.connect(lambda: self.remedy_wanted.emit(remedy))
            row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.show_warning(warning)

    def show_warning(self, warning: MemoryWarning) -> None:
        """The same one with newer figures."""
        self.warning = warning
        self.setAccessibleName(warning.problem.title)
        self.title.show_text(warning.problem.title)
        self.words.show_text(spoken(warning.problem))


class Warnings(QWidget):
    """A warning that stays keeps its place, and its focus, while its figures change."""

    remedy_wanted = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rows: list[WarningRow] = []
        self._above: QWidget | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self.hide()

    @property
    def rows(self) -> tuple[WarningRow, ...]:
        return tuple(self._rows)

    def follow(self, above: QWidget) -> None:
        """Let Tab come here from `above`."""
        self._above = above

    def show_warnings(self, warnings: tuple[MemoryWarning, ...]) -> None:
        if warnings == tuple(row.warning for row in self._rows):
            return
        left = self._rows
        known = {row.warning.problem.kind for row in left}
        self._rows = []
        for warning in warnings:
            row = next((row for row in left if _key(row.warning) == _key(warning)), None)
            if row is None:
                row = self._new_row(warning)
                if warning.problem.kind not in known:
                    announce(self, warning.problem.title)
            else:
                left.remove(row)
                row.show_warning(warning)
            self._rows.append(row)
        for gone in left:
            self._column.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        for index, row in enumerate(self._rows):
            self._column.insertWidget(index, row)
        # They were made after everything that stands below them.
        stops = [row.button for row in self._rows if row.button is not None]
        if self._above is not None:
            chain([self._above, *stops])
        self.setVisible(bool(self._rows))

    def _new_row(self, warning: MemoryWarning) -> WarningRow:
        row = WarningRow(self._theme, warning)
        row.remedy_wanted.connect(self.remedy_wanted)
        return row


def _key(warning: MemoryWarning) -> tuple[str, str, str]:
    return warning.problem.kind, warning.remedy, warning.button
