"""A sentence in the composer: what keeps a message here, or what will happen to it."""

from __future__ import annotations

from PySide6.QtWidgets import QSizePolicy

from ui.attachment_room import Note
from ui.labels import Paragraph
from ui.theme import Theme


class AttachmentNote(Paragraph):
    """Takes no room while there is nothing to say."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "", "small", "error")
        self.hide()
        policy = self.sizePolicy()
        policy.setVerticalPolicy(QSizePolicy.Policy.Minimum)
        self.setSizePolicy(policy)

    def show_note(self, note: Note) -> None:
        if note.text == self.full_text():
            return
        self.setProperty("tone", "error" if note.refuses else "warn")
        self.style().unpolish(self)
        self.style().polish(self)
        self.show_text(note.text)
        self.setAccessibleName(note.text)
        self.setVisible(bool(note.text))
