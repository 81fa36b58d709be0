"""Asks before a chat is deleted: the one question the window interrupts for."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from ui.controls import Button
from ui.focus_ring import FocusRing
from ui.labels import Label, Paragraph
from ui.theme import Theme

WIDTH_PX = 420


class DeleteDialog(QDialog):
    """Accepted when the person wants the chat gone."""

    def __init__(self, theme: Theme, parent: QWidget, title: str) -> None:
        super().__init__(parent)
        self.setWindowTitle("Delete chat")
        self.setFixedWidth(WIDTH_PX)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 22, 24, 20)
        column.setSpacing(0)
        column.addWidget(Label(theme, "Delete this chat?", "reading_heading"))
        column.addSpacing(8)
        column.addWidget(
            Paragraph(
                theme,
                f"\u201c{title}\u201d and its answers are removed from this computer. "
                "This can't be undone.",
                tone="secondary",
            )
        )
        column.addSpacing(20)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch()
        self.keep = Button(theme, "Keep")
        self.delete = Button(theme, "Delete chat", "danger")
        row.addWidget(self.keep)
        row.addWidget(self.delete)
        column.addLayout(row)
        self.keep.clicked.connect(self.reject)
        self.delete.clicked.connect(self.accept)
        # Without this the wrapped text is given the height of a narrower label.
        self.setFixedHeight(column.totalHeightForWidth(WIDTH_PX))
        self.ring = FocusRing(theme, self)
        self.keep.setFocus(Qt.FocusReason.TabFocusReason)


def confirm_delete(theme: Theme, parent: QWidget, title: str) -> bool:
    """Whether the person agrees."""
    dialog = DeleteDialog(theme, parent, title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return dialog.exec() == QDialog.DialogCode.Accepted
