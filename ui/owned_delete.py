"""Asks before a model is deleted: to the trash or for good, and what room that gives back."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from runtime.language import tr
from ui.controls import Button
from ui.focus_ring import FocusRing
from ui.labels import Label, Paragraph
from ui.owned_words import DeleteWords
from ui.theme import Theme

WIDTH_PX = 460
_SIDE_PX = 24


class DeleteModelDialog(QDialog):
    """Accepted when the model is to go; `is_for_good` says how."""

    def __init__(self, theme: Theme, parent: QWidget, words: DeleteWords) -> None:
        super().__init__(parent)
        self.is_for_good = False
        self.setWindowTitle(words.title)
        self.setFixedWidth(WIDTH_PX)
        column = QVBoxLayout(self)
        column.setContentsMargins(_SIDE_PX, 22, _SIDE_PX, 20)
        column.setSpacing(0)
        title = Label(theme, words.title, "reading_heading", elided=True)
        column.addWidget(title)
        column.addSpacing(8)
        self.line = Paragraph(theme, words.line, tone="secondary")
        column.addWidget(self.line)
        column.addSpacing(20)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch()
        self.keep = Button(theme, tr("Keep"))
        self.keep.clicked.connect(self.reject)
        row.addWidget(self.keep)
        self.for_good = Button(theme, words.for_good or tr("Delete for good"), "danger")
        self.for_good.clicked.connect(self._for_good)
        self.for_good.setVisible(bool(words.for_good))
        row.addWidget(self.for_good)
        self.trash = Button(theme, words.trash)
        self.trash.clicked.connect(self.accept)
        row.addWidget(self.trash)
        column.addLayout(row)
        # Without this the wrapped text is given the height of a narrower label.
        self.setFixedHeight(column.totalHeightForWidth(WIDTH_PX))
        self.ring = FocusRing(theme, self)
        self.keep.setFocus(Qt.FocusReason.TabFocusReason)

    def _for_good(self) -> None:
        self.is_for_good = True
        self.accept()
