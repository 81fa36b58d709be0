"""The choice of the model whose speed and energy the Performance tab shows."""

from __future__ import annotations

from app.dashboard.state import DashboardCommands, DashboardView
from runtime.language import tr
from ui.pill_select import PillSelect
from ui.theme import Theme


class ModelSelect(PillSelect):
    """Those that answered, the newest first. It is empty where no model is known."""

    def __init__(self, theme: Theme, commands: DashboardCommands) -> None:
        super().__init__(theme, tr("Model"))
        self._commands = commands
        self._models: tuple[tuple[str, str], ...] = ()
        self.activated.connect(self._choose)

    def show_view(self, view: DashboardView) -> None:
        if view.models != self._models:
            self._models = view.models
            self.clear()
            for model_id, label in view.models:
                self.addItem(label, model_id)
            self.widen_list()
        self.show_choice(view.model_id, view.model_label)

    def _choose(self, index: int) -> None:
        self.updateGeometry()
        self._commands.show_model(self.itemData(index))
