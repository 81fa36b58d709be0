"""The choice after a long text was pasted: leave it in the message or attach it as a file."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from runtime.language import marked, tr
from ui.attachment_words import pasted_line
from ui.controls import Button, IconButton
from ui.focus_ring import show_or_hide
from ui.labels import Label
from ui.theme import Theme

ATTACH_IT, KEEP_IT = marked("Attach as a file"), marked("Keep it as text")


class PasteOffer(QWidget):
    accepted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.line = Label(theme, "", "small", "secondary", tabular=True, elided=True)
        self.attach = Button(theme, tr(ATTACH_IT), extent="compact")
        self.keep = IconButton(theme, "x", tr(KEEP_IT), icon_px=16)
        row.addWidget(self.line, 1)
        row.addWidget(self.attach)
        row.addWidget(self.keep)
        self.attach.clicked.connect(self.accepted)
        self.keep.clicked.connect(self.withdraw)
        self.hide()

    def offer(self, text: str) -> None:
        self.line.show_text(pasted_line(text))
        self.show()

    def withdraw(self) -> None:
        for widget in (self.attach, self.keep, self):
            if widget.hasFocus():
                widget.clearFocus()
        show_or_hide(self, shown=False)
