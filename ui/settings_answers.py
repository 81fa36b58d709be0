"""The card about answers: temperature, context, and what is kept of old chats."""

from __future__ import annotations

from collections.abc import Callable

from app.number_text import GIB
from app.settings import Settings
from runtime.language import tr
from ui.number_field import NumberField, NumberKind
from ui.page_frame import Card, hairline
from ui.settings_rows import ChoiceRow, with_rows
from ui.theme import Theme

# Under 256 tokens not even a question and its answer fit.
CONTEXT = NumberKind(256, 2**31 - 1, whole=True, zero_too=True)
TEMPERATURE = NumberKind(0, 5)
KEPT = NumberKind(0.1, 100_000, zero_too=True)


class AnswersCard(Card):
    """`change` takes changed fields of the settings."""

    def __init__(self, theme: Theme, change: Callable[..., None]) -> None:
        super().__init__(theme, tr("Answers"))
        self.temperature = NumberField(theme, tr("Temperature"), TEMPERATURE)
        self.temperature.changed.connect(lambda value: change(temperature=value))
        self.context = NumberField(theme, tr("Context size"), CONTEXT, tr("tokens"))
        self.context.changed.connect(lambda value: change(n_ctx=int(value)))
        self.kept = NumberField(theme, tr("Kept for old chats"), KEPT, "GiB")
        self.kept.changed.connect(lambda value: change(kv_budget_bytes=round(value * GIB)))
        rows = (
            (
                tr("Temperature"),
                tr("Higher is more varied. 0 gives the same answer each time."),
                self.temperature,
            ),
            (
                tr("Context size"),
                tr(
                    "How much of a chat the model can read at once; more takes more memory."
                    " 0 lets the model choose. Used the next time a model is loaded."
                ),
                self.context,
            ),
            (
                tr("Kept for old chats"),
                tr(
                    "Disk space for what the model has read of long chats, so that an old one"
                    " goes on at once. The oldest goes first; 0 keeps nothing."
                ),
                self.kept,
            ),
        )
        for number, (name, line, control) in enumerate(rows):
            if number:
                self.content.addWidget(hairline())
            self.content.addWidget(ChoiceRow(theme, name, line, control))
        with_rows(self)

    def show_settings(self, settings: Settings) -> None:
        self.temperature.show_value(settings.temperature)
        self.context.show_value(settings.n_ctx)
        self.kept.show_value(round(settings.kv_budget_bytes / GIB, 6))
