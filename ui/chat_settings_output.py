"""The part of a chat's settings that says what answers look like: free, JSON, by a grammar."""

from __future__ import annotations

from typing import cast

from app.session_state import SessionState
from runtime.language import tr
from runtime.protocol.messages import Sampling
from ui import chat_settings_words as words
from ui.chat_settings_fields import TextBox
from ui.chat_settings_section import Change, Section
from ui.focus_ring import show_or_hide
from ui.labels import Paragraph
from ui.segments import Segments
from ui.theme import Theme


class OutputSection(Section):
    """A schema or a grammar counts once one is written that can be used."""

    def __init__(self, theme: Theme, change: Change) -> None:
        super().__init__(theme, tr("Output"), change)
        self._own = Sampling()
        self._wanted: words.OutputKind | None = None
        names = tuple((str(kind), name) for kind, name in words.output_names().items())
        self.kinds = Segments(theme, tr("Output"), names)
        self.kinds.chosen.connect(self._choose)
        self.line = Paragraph(theme, "", "small", "secondary")
        self.text = TextBox(theme, tr("Schema or grammar"), 7, check=self._error, code=True)
        self.text.changed.connect(self._text_changed)
        self.column.addWidget(self.kinds)
        self.column.addSpacing(8)
        self.column.addWidget(self.line)
        self.column.addSpacing(6)
        self.column.addWidget(self.text)

    @property
    def kind(self) -> words.OutputKind:
        """As chosen here, as set where nothing is."""
        return self._wanted or words.output_kind(self._sampling)

    def show_state(self, state: SessionState) -> None:
        super().show_state(state)
        self._own = words.own_sampling(state)
        if self._wanted == words.output_kind(self._sampling):
            self._wanted = None
        self._draw()
        if self._wanted is None:
            self.text.show_value(words.output_text(self._sampling))

    def forget(self) -> None:
        self._wanted = None
        self._draw()
        self.text.show_anew(words.output_text(self._sampling))

    @property
    def _sampling(self) -> Sampling:
        return self.settings.sampling or self._own

    def _choose(self, value: str) -> None:
        kind = cast(words.OutputKind, value)
        if kind == self.kind:
            return
        self._wanted = kind
        self._draw()
        if kind in ("free", "json"):
            self._wanted = None
            self.change(words.with_output(self.settings, self._own, kind))
        else:
            self.text.show_anew("")

    def _draw(self) -> None:
        kind = self.kind
        self.kinds.show_value(kind)
        has_text = kind in ("schema", "grammar")
        waits = has_text and self._wanted is not None
        line = tr(words.OUTPUT_LINES[kind])
        if waits:
            line = tr("{line} Answers stay as they were until it is written.", line=line)
        self.line.show_text(line)
        if has_text:
            self.text.text.setAccessibleName(words.output_names()[kind])
        show_or_hide(self.text, shown=has_text)

    def _error(self, text: str) -> str:
        return words.output_error(self.kind, text)

    def _text_changed(self, text: str) -> None:
        self.change(words.with_output(self.settings, self._own, self.kind, text))
