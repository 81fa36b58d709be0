"""Asks before a message is deleted, which can't be undone."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from runtime.language import tr
from ui.controls import Button
from ui.focus_ring import FocusRing
from ui.labels import Label, Paragraph
from ui.theme import Theme

WIDTH_PX = 420


class MessageDeleteDialog(QDialog):
    """Accepted when the person wants the message gone."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Delete message"))
        self.setFixedWidth(WIDTH_PX)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 22, 24, 20)
        column.setSpacing(0)
        column.addWidget(Label(theme, tr("Delete this message?"), "reading_heading"))
        column.addSpacing(8)
        line = tr("What comes below it stays. This can't be undone.")
        column.addWidget(Paragraph(theme, line, tone="secondary"))
        column.addSpacing(20)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch()
        self.keep = Button(theme, tr("Keep"))
        self.delete = Button(theme, tr("Delete message"), "danger")
        row.addWidget(self.keep)
        row.addWidget(self.delete)
        column.addLayout(row)
        self.keep.clicked.connect(self.reject)
        self.delete.clicked.connect(self.accept)
        self.setFixedHeight(column.totalHeightForWidth(WIDTH_PX))
        self.ring = FocusRing(theme, self)
        self.keep.setFocus(Qt.FocusReason.TabFocusReason)
