"""The card of what turns energy into CO2, and whether the idle computer counts."""

from __future__ import annotations

from app.dashboard.state import DashboardCommands
from app.settings import Settings
from runtime.language import tr
from ui.number_field import NumberField, NumberKind
from ui.page_frame import Card, hairline
from ui.savings_head import SavingsHead
from ui.settings_rows import ChoiceRow, with_rows
from ui.settings_switch import Switch
from ui.theme import Theme

GRAMS = NumberKind(0, 5000)
WATTS = NumberKind(0, 5000)


class EnergyChoicesCard(Card):
    """Hidden until the settings are known."""

    def __init__(self, theme: Theme, commands: DashboardCommands) -> None:
        super().__init__(theme)
        self._commands = commands
        self._settings = Settings()
        self.head = SavingsHead(theme, tr("Energy"))
        self.head.line.show_text(tr("how it is counted"))
        self.content.addWidget(self.head)
        self.grams = NumberField(theme, tr("CO₂ of your electricity"), GRAMS, tr("g per kWh"))
        self.subtract = Switch(theme, tr("Subtract idle power"))
        self.idle = NumberField(theme, tr("Idle power"), WATTS, "W")
        self.grams.changed.connect(lambda grams: self._change(grams=grams))
        self.subtract.turned.connect(lambda on: self._change(subtract=on))
        self.idle.changed.connect(lambda watts: self._change(idle_w=watts))
        for name, line, control in (
            (
                tr("CO₂ of your electricity"),
                tr("From your bill or your country's grid. 0 leaves CO₂ out."),
                self.grams,
            ),
            (
                tr("Subtract idle power"),
                tr("Count only what answering takes on top of the idle computer."),
                self.subtract,
            ),
            (
                tr("Idle power"),
                tr("What the computer draws when it does nothing. Used by the choice above."),
                self.idle,
            ),
        ):
            if control is not self.grams:
                self.content.addWidget(hairline())
            self.content.addWidget(ChoiceRow(theme, name, line, control))
        self.content.addStretch()
        with_rows(self)
        self.hide()

    def show_settings(self, settings: Settings) -> None:
        self._settings = settings
        self.grams.show_value(settings.grams_co2_per_kwh)
        self.subtract.setChecked(settings.subtract_idle)
        self.idle.show_value(settings.idle_w)
        self.show()

    def _change(
        self,
        *,
        grams: float | None = None,
        subtract: bool | None = None,
        idle_w: float | None = None,
    ) -> None:
        now = self._settings
        self._commands.set_energy(
            now.grams_co2_per_kwh if grams is None else grams,
            now.subtract_idle if subtract is None else subtract,
            now.idle_w if idle_w is None else idle_w,
        )
