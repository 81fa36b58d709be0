"""The Settings page: every choice is saved at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import Qt

from app import number_text
from app.discover.state import AccountView, DiscoverCommands, DiscoverView
from app.prices import Price
from app.program import Program
from app.session_state import SessionCommands, SessionState
from app.settings import Settings
from app.updates.state import UpdateView
from runtime.language import marked, tr
from ui.labels import Paragraph, PathField
from ui.number_field import NumberField, NumberKind
from ui.page_frame import CARD_GAP_PX, Card, PageFrame, hairline
from ui.select import Select
from ui.settings_answers import AnswersCard
from ui.settings_downloads import DownloadsCard
from ui.settings_hub import HubCard
from ui.settings_look import LookCard
from ui.settings_program import ProgramCard
from ui.settings_rows import ChoiceRow, with_rows
from ui.theme import Theme

WIDTH_PX = 760
LINE = marked("Saved as you change them, on this computer only.")
FILE_LINE = marked("Add prices, or change these, in this file. It is read when Coterie starts.")
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
        super().__init__(theme, tr("Settings"), tr(LINE), WIDTH_PX)
        self._commands, self._prices, self._prices_file = commands, prices, prices_file
        self._settings: Settings | None = None
        self.look = LookCard(theme, self._change)
        self.column.addWidget(self.look)
        self.column.addSpacing(CARD_GAP_PX)
        self.answers = AnswersCard(theme, self._change)
        self.column.addWidget(self.answers)
        self.column.addSpacing(CARD_GAP_PX)
        self.column.addWidget(self._savings())
        self.column.addSpacing(CARD_GAP_PX)
        given = os.environ if environment is None else environment
        self.hub = HubCard(theme, self._change, discover_commands, given)
        self.column.addWidget(self.hub)
        self.column.addSpacing(CARD_GAP_PX)
        self.downloads = DownloadsCard(theme, self._change)
        self.column.addWidget(self.downloads)
        self.program: ProgramCard | None = None

    def add_program(self, program: Program, open_place: Callable[[Path], None]) -> None:
        """The card about the program itself, last."""
        self.program = ProgramCard(self._theme, self._change, program, open_place)
        self.column.addSpacing(CARD_GAP_PX)
        self.column.addWidget(self.program)

    def show_state(self, state: SessionState) -> None:
        settings = state.settings
        if settings == self._settings:
            return
        self._settings = settings
        self.look.show_settings(settings)
        self.answers.show_settings(settings)
        self.electricity.show_value(settings.electricity_usd_per_kwh)
        self._show_price(settings.reference_price)
        self.hub.show_settings(settings)
        self.downloads.show_settings(settings)

    def show_discover(self, view: DiscoverView) -> None:
        """As `show_account`, of what the hub's side shows."""
        self.show_account(view.account)

    def show_account(self, view: AccountView) -> None:
        """Whose token is used on the hub."""
        self.hub.show_account(view)

    def show_updates(self, view: UpdateView) -> None:
        """What is known of a newer version of this program."""
        if self.program is not None:
            self.program.show_updates(view)

    def take_focus(self) -> None:
        """On the first choice."""
        for segment in self.look.theme_choice.segments.values():
            if segment.isChecked():
                segment.setFocus(Qt.FocusReason.OtherFocusReason)

    # Building

    def _savings(self) -> Card:
        card = Card(self._theme, tr("Savings"))
        self.price = Select(self._theme, tr("Reference cloud price"))
        for price in self._prices:
            self.price.addItem(price.label, price.id)
        self.price.setFixedWidth(_CONTROL_PX)
        self.price.activated.connect(
            lambda index: self._change(reference_price=self._prices[index].id)
        )
        name, unit = tr("Electricity price"), tr("$ per kWh")
        self.electricity = NumberField(self._theme, name, ELECTRICITY, unit)
        self.electricity.changed.connect(lambda value: self._change(electricity_usd_per_kwh=value))
        card.content.addWidget(
            ChoiceRow(
                self._theme,
                tr("Reference cloud price"),
                tr("What your answers are compared with."),
                self.price,
            )
        )
        self.price_facts = Paragraph(self._theme, "", "small", "tertiary", selectable=True)
        card.content.addWidget(self.price_facts)
        if self._prices_file:
            card.content.addSpacing(10)
            card.content.addWidget(Paragraph(self._theme, tr(FILE_LINE), "small", "secondary"))
            card.content.addSpacing(6)
            file = PathField(self._theme, tr("File of your own prices"))
            file.show_path(self._prices_file)
            card.content.addWidget(file)
        card.content.addSpacing(14)
        card.content.addWidget(hairline())
        card.content.addWidget(
            ChoiceRow(
                self._theme,
                name,
                tr("From your bill. It is taken off the saving."),
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
    lines = [_amounts(price), _origin(price)]
    if price.note:
        lines.append(tr(price.note))
    return "\n".join(lines)


def _amounts(price: Price) -> str:
    input_usd, output_usd = _usd(price.input_usd_per_million), _usd(price.output_usd_per_million)
    if price.cached_input_usd_per_million is None:
        return tr(
            "Input {input}, output {output} per million tokens.",
            input=input_usd,
            output=output_usd,
        )
    return tr(
        "Input {input}, cached input {cached}, output {output} per million tokens.",
        input=input_usd,
        cached=_usd(price.cached_input_usd_per_million),
        output=output_usd,
    )


def _origin(price: Price) -> str:
    from_whom = _from_whom(price)
    if price.date and price.date not in price.source:
        from_whom = f"{from_whom}, {price.date}"
    if price.checked:
        return tr("{statement}. Checked {date}.", statement=from_whom, date=price.checked)
    return tr("{statement}.", statement=from_whom)


def _from_whom(price: Price) -> str:
    source = price.shown_source
    if price.kind == "published":
        return tr("Published figure: {source}", source=source) if source else tr("Published figure")
    if price.kind == "own":
        return tr("Your own entry: {source}", source=source) if source else tr("Your own entry")
    return source or tr("Price list")


def _usd(value: float | None) -> str:
    return tr("not given") if value is None else number_text.price(value)
