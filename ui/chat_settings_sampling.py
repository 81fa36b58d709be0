"""The part of a chat's settings that says how tokens are drawn and when an answer ends."""

from __future__ import annotations

from functools import partial

from msgspec.structs import replace

from app.session_state import SessionState
from runtime.language import marked, tr
from runtime.protocol.messages import Sampling
from ui import chat_settings_words as words
from ui.chat_settings_fields import NumberRow, TextBox
from ui.chat_settings_section import Change, Section
from ui.controls import Button
from ui.focus_ring import show_or_hide
from ui.labels import Label, Paragraph
from ui.theme import Theme

BACK = marked("Back to the model's own")
USUAL_LINE = marked("usual: {value}")


class SamplingSection(Section):
    def __init__(self, theme: Theme, change: Change) -> None:
        super().__init__(theme, tr("Sampling"), change)
        self._own = Sampling()
        self.line = Paragraph(theme, "", "small", "secondary")
        self.column.addWidget(self.line)
        self.column.addSpacing(4)
        self.numbers: dict[str, NumberRow] = {}
        for choice in words.NUMBERS:
            is_amount = choice.field != "seed"
            name, line = tr(choice.name), tr(choice.line)
            row = NumberRow(theme, name, line, choice.kind, parted=is_amount)
            row.changed.connect(partial(self._number_changed, choice))
            self.column.addWidget(row)
            self.numbers[choice.field] = row
        self.back = Button(theme, tr(BACK), extent="compact")
        self.back.clicked.connect(
            lambda _=False: self.change(words.back_to_own(self.settings, self._own))
        )
        self.column.addSpacing(6)
        self.column.addWidget(self.back)
        self.back.hide()

    def show_state(self, state: SessionState) -> None:
        super().show_state(state)
        self._own = words.own_sampling(state)
        self.line.show_text(words.own_line(state))
        for field, row in self.numbers.items():
            value = words.entry_for(self.settings, self._own, field)
            row.show_value(value, words.own_text(self._own, field))
        show_or_hide(self.back, shown=words.differs(self.settings, self._own))

    def forget(self) -> None:
        for row in self.numbers.values():
            row.forget()

    def _number_changed(self, choice: words.NumberChoice, value: float | None) -> None:
        self.change(words.with_number(self.settings, self._own, choice, value))


class EndSection(Section):
    """When an answer ends."""

    def __init__(self, theme: Theme, change: Change) -> None:
        super().__init__(theme, tr("End of an answer"), change)
        self._own = Sampling()
        self.most = NumberRow(
            *(theme, tr("Max tokens"), tr(words.MAX_TOKENS_LINE), words.MAX_TOKENS),
            default_line=USUAL_LINE,
        )
        self.most.changed.connect(
            lambda value: self.change(replace(self.settings, max_tokens=int(value or 0)))
        )
        self.column.addWidget(self.most)
        self.column.addSpacing(7)
        self.column.addWidget(Label(theme, tr("Stop strings"), weight=500))
        self.column.addWidget(Paragraph(theme, tr(words.STOP_LINE), "small", "secondary"))
        self.column.addSpacing(6)
        self.stops = TextBox(theme, tr("Stop strings"), 3, check=_stops_error, code=True)
        self.stops.changed.connect(self._stops_changed)
        self.column.addWidget(self.stops)

    def show_state(self, state: SessionState) -> None:
        super().show_state(state)
        self._own = words.own_sampling(state)
        self.most.show_value(self.settings.max_tokens or None, tr(words.NO_LIMIT))
        self.stops.show_value(self._stop_text())

    def forget(self) -> None:
        self.most.forget()
        self.stops.show_anew(self._stop_text())

    def _stop_text(self) -> str:
        return words.stop_text((self.settings.sampling or self._own).stop)

    def _stops_changed(self, text: str) -> None:
        stops = words.stops_in(text)
        assert not isinstance(stops, str)
        self.change(words.with_sampling(self.settings, self._own, stop=stops))


def _stops_error(text: str) -> str:
    found = words.stops_in(text)
    return found if isinstance(found, str) else ""
