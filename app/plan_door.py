"""Stands for the Plan view until a plan is opened: the window must not wait for its logic."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from app.plan_desk import PlanDesk
    from app.plan_state import ActualLoad, Choices


class PlanDoor(QObject):
    """Implements `PlanCommands`; makes the real one with the first plan."""

    changed = Signal(object)

    def __init__(self, make_desk: Callable[[], PlanDesk], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._make_desk = make_desk
        self._desk: PlanDesk | None = None

    def open_plan(self, model_id: str) -> None:
        if self._desk is None:
            self._desk = self._make_desk()
            self._desk.changed.connect(self.changed)
        self._desk.open_plan(model_id)

    def close_plan(self) -> None:
        if self._desk is not None:
            self._desk.close_plan()

    def choose(self, choices: Choices) -> None:
        if self._desk is not None:
            self._desk.choose(choices)

    def back_to_suggested(self) -> None:
        if self._desk is not None:
            self._desk.back_to_suggested()

    def tune(self) -> None:
        if self._desk is not None:
            self._desk.tune()

    def stop_tuning(self) -> None:
        if self._desk is not None:
            self._desk.stop_tuning()

    def load_plan(self) -> None:
        if self._desk is not None:
            self._desk.load_plan()

    def show_actual(self, actual: ActualLoad) -> None:
        if self._desk is not None:
            self._desk.show_actual(actual)

    def close(self) -> None:
        if self._desk is not None:
            self._desk.close()
