"""The choice of the cloud price that everything on the Savings tab is compared with."""

from __future__ import annotations

from app.dashboard.state import DashboardCommands, MoneyView
from app.prices import Price
from runtime.language import tr
from ui.pill_select import PillSelect
from ui.theme import Theme


class CompareSelect(PillSelect):
    """All of `prices`, shown as the sentence "Compare with ..."."""

    def __init__(
        self, theme: Theme, commands: DashboardCommands, prices: tuple[Price, ...] = ()
    ) -> None:
        super().__init__(theme, tr("Compare with"))
        self._commands = commands
        for price in prices:
            self.addItem(price.label, price.id)
        self.widen_list()
        self.activated.connect(self._choose)

    def show_money(self, money: MoneyView) -> None:
        """The price in force."""
        self.show_choice(money.reference_id, money.reference_label)

    def sentence(self) -> str:
        return tr("Compare with {price}", price=self.currentText())

    def _choose(self, index: int) -> None:
        self.updateGeometry()
        self._commands.compare_with(self.itemData(index))
