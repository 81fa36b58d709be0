"""The heading of a card of savings: its title may change, and its line wraps in little room."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.dashboard_how import How, how_name
from ui.labels import Label
from ui.theme import Theme

_HEAD_PX = 24


class SavingsHead(QWidget):
    """Title, one line beside it, and "how" at the end."""

    def __init__(self, theme: Theme, title: str = "") -> None:
        super().__init__()
        self.setMinimumHeight(_HEAD_PX)
        self.title = Label(theme, "", "card_title")
        self.line = Label(theme, "", "small", "secondary")
        self.line.setWordWrap(True)
        self.how = How(theme, "")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.title)
        row.addWidget(self.line, 1)
        row.addWidget(self.how)
        self.show_title(title)

    def show_title(self, title: str) -> None:
        self.title.show_text(title)
        self.how.setAccessibleName(how_name(title))
