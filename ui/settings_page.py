"""The Settings page: every choice is saved at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import cast

from msgspec.structs import replace
from PySide6.QtCore import Qt

from app import number_text
from app.discover.state import AccountView, DiscoverCommands
from app.prices import Price
from app.session_state import SessionCommands, SessionState
from app.settings import Settings
from app.settings import Theme as ThemeChoice
from ui.labels import Paragraph, PathField
from ui.number_field import NumberField, NumberKind
from ui.page_frame import CARD_GAP_PX, Card, PageFrame, hairline
from ui.segments import Segments
from ui.select import Select
from ui.settings_downloads import DownloadsCard
from ui.settings_hub import HubCard
from ui.settings_rows import ChoiceRow, with_rows
from ui.theme import Theme

WIDTH_PX = 760
LINE = "Saved as you change them, on this computer only."
FILE_LINE = "Add prices, or change these, in this file. It is read when Coterie starts."
THEMES = (("system", "System"), ("light", "Light"), ("dark", "Dark"))
# Under 256 tokens not even a question and its answer fit.
CONTEXT = NumberKind(256, 2**31 - 1, whole=True, zero_too=True)
TEMPERATURE = NumberKind(0, 5)
ELECTRICITY = NumberKind(0, 10, decimals=2)
_CONTROL_PX = 300


class SettingsPage(PageFrame):
    """`prices` are what answers may be compared with; `prices_file` is where own ones go.

    Without `discover_commands` nobody can sign in. What `environment` sets goes before the
    settings; None is this process's.
    """

    def __init__(
        self,
        theme: Theme,
        commands: SessionCommands,
        prices: tuple[Price, ...],
        prices_file: str = "",
        discover_commands: DiscoverCommands | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(theme, "Settings", LINE, WIDTH_PX)
        self._commands, self._prices, self._prices_file = commands, prices, prices_file
        self._settings: Settings | None = None
        self.column.addWidget(self._look())
        self.column.addSpacing(CARD_GAP_PX)
        self.column.addWidget(self._answers())
        self.column.addSpacing(CARD_GAP_PX)
        self.column.addWidget(self._savings())
        self.column.addSpacing(CARD_GAP_PX)
        given = os.environ if environment is None else environment
        self.hub = HubCard(theme, self._change, discover_commands, given)
        self.column.addWidget(self.hub)
        self.column.addSpacing(CARD_GAP_PX)
        self.downloads = DownloadsCard(theme, self._change)
        self.column.addWidget(self.downloads)

    def show_state(self, state: SessionState) -> None:
        settings = state.settings
        if settings == self._settings:
            return
        self._settings = settings
        self.theme_choice.show_value(settings.theme)
        self.temperature.show_value(settings.temperature)
        self.context.show_value(settings.n_ctx)
        self.electricity.show_value(settings.electricity_usd_per_kwh)
        self._show_price(settings.reference_price)
        self.hub.show_settings(settings)
        self.downloads.show_settings(settings)

    def show_account(self, view: AccountView) -> None:
        """Whose token is used on the hub."""
        self.hub.show_account(view)

    def take_focus(self) -> None:
        """On the first choice."""
        for segment in self.theme_choice.segments.values():
            if segment.isChecked():
                segment.setFocus(Qt.FocusReason.OtherFocusReason)

    # Building

    def _look(self) -> Card:
        card = Card(self._theme, "Look")
        self.theme_choice = Segments(self._theme, "Theme", THEMES)
        self.theme_choice.chosen.connect(lambda value: self._change(theme=cast(ThemeChoice, value)))
        card.content.addWidget(
            ChoiceRow(self._theme, "Theme", "System follows your desktop.", self.theme_choice)
        )
        return with_rows(card)

    def _answers(self) -> Card:
        card = Card(self._theme, "Answers")
        self.temperature = NumberField(self._theme, "Temperature", TEMPERATURE)
        self.temperature.changed.connect(lambda value: self._change(temperature=value))
        self.context = NumberField(self._theme, "Context size", CONTEXT, "tokens")
        self.context.changed.connect(lambda value: self._change(n_ctx=int(value)))
        card.content.addWidget(
            ChoiceRow(
                self._theme,
                "Temperature",
                "Higher is more varied. 0 gives the same answer each time.",
                self.temperature,
            )
        )
        card.content.addWidget(hairline())
        card.content.addWidget(
            ChoiceRow(
                self._theme,
                "Context size",
                "How much of a chat the model can read at once; more takes more memory."
                " 0 lets the model choose. Used the next time a model is loaded.",
                self.context,
            )
        )
        return with_rows(card)

    def _savings(self) -> Card:
        card = Card(self._theme, "Savings")
        self.price = Select(self._theme, "Reference cloud price")
        for price in self._prices:
            self.price.addItem(price.label, price.id)
        self.price.setFixedWidth(_CONTROL_PX)
        self.price.activated.connect(
            lambda index: self._change(reference_price=self._prices[index].id)
        )
        self.electricity = NumberField(self._theme, "Electricity price", ELECTRICITY, "$ per kWh")
        self.electricity.changed.connect(lambda value: self._change(electricity_usd_per_kwh=value))
        card.content.addWidget(
            ChoiceRow(
                self._theme,
                "Reference cloud price",
                "What your answers are compared with.",
                self.price,
            )
        )
        self.price_facts = Paragraph(self._theme, "", "small", "tertiary", selectable=True)
        card.content.addWidget(self.price_facts)
        if self._prices_file:
            card.content.addSpacing(10)
            card.content.addWidget(Paragraph(self._theme, FILE_LINE, "small", "secondary"))
            card.content.addSpacing(6)
            file = PathField(self._theme, "File of your own prices")
            file.show_path(self._prices_file)
            card.content.addWidget(file)
        card.content.addSpacing(14)
        card.content.addWidget(hairline())
        card.content.addWidget(
            ChoiceRow(
                self._theme,
                "Electricity price",
                "From your bill. It is taken off the saving.",
                self.electricity,
            )
        )
        return with_rows(card)

    # Changing

    def _change(self, **changes: object) -> None:
        if self._settings is not None:
            changed = replace(self._settings, **changes)
            if changed != self._settings:
                self._commands.change_settings(changed)

    def _show_price(self, price_id: str) -> None:
        number = next((n for n, price in enumerate(self._prices) if price.id == price_id), 0)
        if self._prices:
            self.price.setCurrentIndex(number)
            self.price_facts.show_text(price_facts(self._prices[number]))


def price_facts(price: Price) -> str:
    """Both prices, where they are from and when."""
    parts = [
        f"Input {_usd(price.input_usd_per_million)}",
        f"output {_usd(price.output_usd_per_million)} per million tokens",
    ]
    if price.cached_input_usd_per_million is not None:
        parts.insert(1, f"cached input {_usd(price.cached_input_usd_per_million)}")
    lines = [", ".join(parts) + "."]
    origin = {"published": "Published figure", "list": "", "own": "Your own entry"}[price.kind]
    from_whom = ": ".join(part for part in (origin, price.source) if part) or "Price list"
    date = f", {price.date}" if price.date and price.date not in price.source else ""
    lines.append(f"{from_whom}{date}.")
    if price.checked:
        lines[-1] += f" Checked {price.checked}."
    if price.note:
        lines.append(price.note)
    return "\n".join(lines)


def _usd(value: float | None) -> str:
    return "not given" if value is None else number_text.price(value)
