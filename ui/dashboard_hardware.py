"""The card of a bought computer: price, years, and the day it has paid for itself."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout

from app import number_text
from app.dashboard.state import DashboardCommands, Hardware
from runtime.language import tr
from ui.labels import Label, Paragraph
from ui.number_field import NumberField, NumberKind
from ui.page_frame import Card, hairline
from ui.savings_head import SavingsHead
from ui.settings_rows import ChoiceRow
from ui.share_bar import ShareBar
from ui.theme import Theme

PRICE = NumberKind(0, 10_000_000, decimals=2)
YEARS = NumberKind(0.5, 50)


class HardwareCard(Card):
    def __init__(self, theme: Theme, commands: DashboardCommands) -> None:
        super().__init__(theme)
        self._commands = commands
        self._hardware = Hardware()
        self._shown: tuple[Hardware, str] | None = None
        self.head = SavingsHead(theme, tr("The computer"))
        self.head.line.show_text(tr("count its price too, if you like"))
        self.content.addWidget(self.head)
        self.price = NumberField(theme, tr("Price of the computer"), PRICE, "$")
        self.years = NumberField(theme, tr("Written off over"), YEARS, tr("years"))
        self.price.changed.connect(
            lambda usd: self._commands.set_hardware(usd, self._hardware.years)
        )
        self.years.changed.connect(
            lambda years: self._commands.set_hardware(self._hardware.price_usd, years)
        )
        self.content.addWidget(
            ChoiceRow(
                theme,
                tr("Price of the computer"),
                tr("Or of the GPU you bought for this. 0 leaves it out."),
                self.price,
            )
        )
        self.content.addWidget(hairline())
        self.content.addWidget(
            ChoiceRow(
                theme,
                tr("Written off over"),
                tr("Each month takes its part off the saving."),
                self.years,
            )
        )
        self.content.addWidget(hairline())
        self.content.addSpacing(12)
        self.earned = Label(theme, "", tabular=True, weight=500, elided=True)
        self.bar = ShareBar(theme, is_track=True)
        self.when = Paragraph(theme, "", "small", "secondary")
        row = QHBoxLayout()
        row.addWidget(self.earned, 1)
        self.content.addLayout(row)
        self.content.addSpacing(6)
        self.content.addWidget(self.bar)
        self.content.addSpacing(6)
        self.content.addWidget(self.when)
        self.content.addStretch()

    def show_hardware(self, hardware: Hardware, now_s: float) -> None:
        day = number_text.day(now_s)
        if self._shown == (hardware, day):
            return
        self._shown, self._hardware = (hardware, day), hardware
        self.price.show_value(hardware.price_usd)
        self.years.show_value(hardware.years)
        self.head.how.show_explained(hardware.explained)
        has_price = hardware.price_usd > 0
        self.earned.setVisible(has_price)
        self.bar.setVisible(has_price)
        if has_price:
            self.earned.show_text(
                tr(
                    "{saved} of {price} earned back",
                    saved=number_text.money_total(hardware.saved_usd),
                    price=number_text.price(hardware.price_usd),
                )
            )
            self.bar.show_share(hardware.saved_usd / hardware.price_usd, is_here=True)
        self.when.show_text(break_even(hardware, now_s))


def break_even(hardware: Hardware, now_s: float) -> str:
    """When the saving has paid for the computer, in a sentence."""
    if hardware.price_usd <= 0:
        return tr("Without a price, only electricity counts as a cost.")
    if hardware.day_s is None:
        return tr("At this rate it never pays for itself.")
    day = number_text.day(hardware.day_s)
    if hardware.saved_usd >= hardware.price_usd or hardware.day_s <= now_s:
        return tr("It has paid for itself on {day}.", day=day)
    return tr("At this rate it will have paid for itself on {day}.", day=day)
