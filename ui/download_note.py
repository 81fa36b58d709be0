"""The note below a download: what stopped it and what to do, or the question before it goes."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from runtime.language import tr
from ui.controls import Button
from ui.download_words import Note
from ui.icon_mark import IconMark
from ui.labels import Label, Paragraph
from ui.scroll_bar import SCROLL_BAR_PX
from ui.theme import Theme

_SIDE_PX = 32


class DockNote(QWidget):
    """`show_note` and `ask` take turns in the same place."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(_SIDE_PX, 2, _SIDE_PX - SCROLL_BAR_PX, 10)
        row.setSpacing(8)
        words = QVBoxLayout()
        words.setSpacing(2)
        title = QHBoxLayout()
        title.setSpacing(8)
        self.mark = IconMark(theme, "info", 16, "state.warn")
        self.title = Label(theme, "", "ui", weight=600)
        title.addWidget(self.mark)
        title.addWidget(self.title)
        title.addStretch()
        self.words = Paragraph(theme, "", "ui", "secondary")
        self.link = Button(theme, "", "link", "compact")
        words.addLayout(title)
        words.addWidget(self.words)
        words.addWidget(self.link)
        row.addLayout(words, 1)
        self.try_now = Button(theme, tr("Try now"), extent="compact")
        self.pause = Button(theme, tr("Pause"), extent="compact")
        self.keep = Button(theme, tr("Keep"), extent="compact")
        self.delete = Button(theme, tr("Delete"), "danger", "compact")
        for button in (self.try_now, self.pause, self.keep, self.delete):
            row.addWidget(button)

    def show_note(self, note: Note, url: str) -> None:
        icon = "info" if note.tone == "warn" else "triangle-alert"
        self.mark.show_icon(icon, f"state.{note.tone}")
        self._show_words(note.title, note.line)
        self.link.show_text(url, tr("Open {url} in the browser", url=url))
        self.link.setVisible(bool(url))
        self.try_now.show_text(note.try_text)
        self._show_buttons(self.try_now, *((self.pause,) if note.can_pause else ()))

    def ask(self, question: str) -> None:
        self.mark.show_icon("triangle-alert", "state.warn")
        self._show_words(tr("Cancel the download?"), question)
        self.link.hide()
        self._show_buttons(self.keep, self.delete)

    def _show_words(self, title: str, line: str) -> None:
        self.title.show_text(title)
        self.words.show_text(line)

    def _show_buttons(self, *shown: Button) -> None:
        for button in (self.try_now, self.pause, self.keep, self.delete):
            button.setVisible(button in shown)
