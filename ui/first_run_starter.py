"""The first-run page's card of the model that is here already, and the button to begin."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app import number_text
from app.session_state import SessionState
from runtime.language import marked, tr
from ui.controls import Button
from ui.engine_cards import LoadBar
from ui.first_run_words import starter_note, starter_status, starter_title
from ui.icon_mark import IconMark
from ui.labels import Label, Paragraph
from ui.page_frame import Card
from ui.theme import Theme

CHAT = marked("Chat now")
LOOK_AROUND = marked("Look around")


class StarterCard(Card):
    """`start` begins; it never waits for anything."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.content.setContentsMargins(24, 18, 24, 20)
        head = QHBoxLayout()
        head.setSpacing(5)
        self.title = Label(theme, tr("Starter model"), "card_title")
        self._mark = IconMark(theme, "check", 16, "state.ok")
        self.status = Label(theme, "", "small", "ok", weight=500)
        head.addWidget(self.title, 1)
        head.addWidget(self._mark)
        head.addWidget(self.status)
        self.content.addLayout(head)
        self.content.addSpacing(10)
        row = QHBoxLayout()
        row.setSpacing(20)
        row.addLayout(self._words(theme), 1)
        self.start = Button(theme, tr(CHAT), "primary", "hero")
        row.addWidget(self.start, 0, Qt.AlignmentFlag.AlignVCenter)
        self.content.addLayout(row)
        self._loading = QWidget()
        below = QVBoxLayout(self._loading)
        below.setContentsMargins(0, 12, 0, 0)
        self.bar = LoadBar(theme)
        below.addWidget(self.bar)
        self.content.addWidget(self._loading)

    def show_state(self, state: SessionState) -> None:
        model, engine = state.model, state.engine
        self.title.show_text(starter_title(state))
        self.name.setVisible(model is not None)
        self.size.setVisible(model is not None)
        self._loading.setVisible(engine.phase == "loading")
        self.bar.show_fraction(engine.load_fraction)
        if model is not None:
            self.name.show_text(model.name)
            size = number_text.gib_unit(model.file_bytes)
            self.size.show_text(f"{model.quantisation}, {size}")
        self.note.show_text(starter_note(state))
        self.start.show_text(tr(CHAT) if model is not None else tr(LOOK_AROUND))
        self.start.show_kind("primary" if model is not None else "plain")
        status, tone = starter_status(state)
        self.status.show_text(status)
        self.status.set_tone(tone)
        self._mark.setVisible(tone in ("ok", "error"))
        icon = "check" if tone == "ok" else "triangle-alert"
        self._mark.show_icon(icon, f"state.{tone}" if tone in ("ok", "error") else "state.ok")

    def _words(self, theme: Theme) -> QVBoxLayout:
        words = QVBoxLayout()
        words.setSpacing(1)
        self.name = Label(theme, "", "reading", weight=500, elided=True)
        self.size = Label(theme, "", tone="secondary", tabular=True)
        self.note = Paragraph(theme, "", tone="secondary")
        for label in (self.name, self.size, self.note):
            words.addWidget(label)
        return words
