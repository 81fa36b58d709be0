"""Asks before a folder with chats is deleted: chats themselves can be brought back."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from runtime.language import tr, tr_n
from ui.controls import Button
from ui.focus_ring import FocusRing
from ui.labels import Label, Paragraph
from ui.theme import Theme

WIDTH_PX = 420


class DeleteDialog(QDialog):
    """Accepted when the person wants it gone."""

    def __init__(
        self, theme: Theme, parent: QWidget, title: str, question: str, line: str, verb: str
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setFixedWidth(WIDTH_PX)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 22, 24, 20)
        column.setSpacing(0)
        column.addWidget(Label(theme, question, "reading_heading"))
        column.addSpacing(8)
        self.line = Paragraph(theme, line, tone="secondary")
        column.addWidget(self.line)
        column.addSpacing(20)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch()
        self.keep = Button(theme, tr("Keep"))
        self.delete = Button(theme, verb, "danger")
        row.addWidget(self.keep)
        row.addWidget(self.delete)
        column.addLayout(row)
        self.keep.clicked.connect(self.reject)
        self.delete.clicked.connect(self.accept)
        # Without this the wrapped text is given the height of a narrower label.
        self.setFixedHeight(column.totalHeightForWidth(WIDTH_PX))
        self.ring = FocusRing(theme, self)
        self.keep.setFocus(Qt.FocusReason.TabFocusReason)


def folder_dialog(theme: Theme, parent: QWidget, name: str, count: int) -> DeleteDialog:
    line = tr_n(
        "\u201c{name}\u201d goes. Its chat stays in the list.",
        "\u201c{name}\u201d goes. Its {n} chats stay in the list.",
        count,
        name=name,
    )
    title, verb = tr("Delete folder"), tr("Delete folder")
    return DeleteDialog(theme, parent, title, tr("Delete this folder?"), line, verb)


def may_delete_folder(theme: Theme, parent: QWidget, name: str, count: int) -> bool:
    """Whether the person agrees."""
    dialog = folder_dialog(theme, parent, name, count)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return dialog.exec() == QDialog.DialogCode.Accepted
