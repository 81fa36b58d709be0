"""The Savings tab of the dashboard: what was saved, how it adds up, and what it is against."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from app.dashboard.adding_up import period
from app.dashboard.state import DashboardCommands, DashboardView
from app.prices import Price
from app.settings import Settings
from runtime.language import tr
from ui.controls import Button
from ui.dashboard_compare import CompareSelect
from ui.dashboard_elsewhere import ElsewhereCard
from ui.dashboard_energy_choices import EnergyChoicesCard
from ui.dashboard_hardware import HardwareCard
from ui.dashboard_ledger import LedgerCard
from ui.dashboard_month import MonthCard
from ui.dashboard_saved import SavedCard
from ui.labels import Label, Paragraph
from ui.page_frame import Card
from ui.theme import Theme

GAP_PX = 14
COLUMNS = (696, 434)  # layout.savings_columns of the design
_STACKED_BELOW_PX = 960


class SavingsTab(QWidget):
    """Draws the money of a `DashboardView`.

    `compare` is the choice of the price, made here and placed by the page beside its title.
    `prices_wanted` asks for the place where prices are entered, `chat_wanted` for the chats.
    """

    prices_wanted = Signal()
    chat_wanted = Signal()

    def __init__(
        self, theme: Theme, commands: DashboardCommands, prices: tuple[Price, ...] = ()
    ) -> None:
        super().__init__()
        self.compare = CompareSelect(theme, commands, prices)
        self.empty = EmptyCard(theme)
        self.empty.chat.clicked.connect(self.chat_wanted)
        self.saved = SavedCard(theme)
        self.elsewhere = ElsewhereCard(theme)
        self.ledger = LedgerCard(theme)
        self.ledger.prices_wanted.connect(self.prices_wanted)
        self.month = MonthCard(theme)
        self.hardware = HardwareCard(theme, commands)
        self.energy = EnergyChoicesCard(theme, commands)
        self._pairs = (
            CardPair(self.elsewhere, self.ledger, COLUMNS),
            CardPair(self.hardware, self.energy, (1, 1)),
        )
        sums, choices = self._pairs
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP_PX)
        for widget in (self.empty, self.saved, sums, self.month, choices):
            column.addWidget(widget)
        column.addStretch()

    def show_view(self, view: DashboardView) -> None:
        money = view.money
        self.compare.show_money(money)
        empty = view.runs == 0
        self.empty.setVisible(empty)
        self.saved.setVisible(not empty)
        self._pairs[0].setVisible(not empty and period(money, "month") is not None)
        if not empty:
            self.saved.show_money(money, view.now_s)
            self.elsewhere.show_money(money)
            self.ledger.show_money(money)
        self.month.show_month(money.month)
        self.hardware.show_hardware(money.hardware, view.now_s)

    def show_settings(self, settings: Settings) -> None:
        """What energy is counted by."""
        self.energy.show_settings(settings)


class CardPair(QWidget):
    """Two cards side by side in the given proportion; one above the other where it is narrow."""

    def __init__(self, left: QWidget, right: QWidget, proportion: tuple[int, int]) -> None:
        super().__init__()
        self._cards = (left, right)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(GAP_PX)
        self._row.addWidget(left, proportion[0])
        self._row.addWidget(right, proportion[1])

    def minimumSizeHint(self) -> QSize:
        """As narrow as one card, so that it can become so narrow that they are stacked."""
        width = max(card.minimumSizeHint().width() for card in self._cards)
        return QSize(width, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        direction = QBoxLayout.Direction
        narrow = self.width() < _STACKED_BELOW_PX
        self._row.setDirection(direction.TopToBottom if narrow else direction.LeftToRight)


class EmptyCard(Card):
    """Instead of sample data."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.content.addWidget(Label(theme, tr("Nothing saved yet"), "card_title"))
        self.content.addWidget(
            Paragraph(theme, tr("Numbers appear after the first answer."), tone="secondary")
        )
        self.content.addSpacing(12)
        self.chat = Button(theme, tr("Go to Chats"))
        self.content.addWidget(self.chat)
