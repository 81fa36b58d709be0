"""The rows of a card of settings: what a choice is, what it does, and its control."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.labels import Label, Paragraph
from ui.page_frame import Card
from ui.theme import Theme


class ChoiceRow(QWidget):
    """`line` may change; `control` stands at the right."""

    def __init__(self, theme: Theme, name: str, line: str, control: QWidget) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 12, 0, 12)
        row.setSpacing(24)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(Label(theme, name, weight=500))
        self.line = Paragraph(theme, line, "small", "secondary")
        words.addWidget(self.line)
        words.addStretch()
        row.addLayout(words, 1)
        row.addWidget(control, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)


def with_rows(card: Card) -> Card:
    """Rows bring their own room below."""
    margins = card.content.contentsMargins()
    margins.setBottom(4)
    card.content.setContentsMargins(margins)
    return card
