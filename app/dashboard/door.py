"""Stands for the dashboard until it is opened, or experts are counted: the window must not wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.session_state import SessionState

if TYPE_CHECKING:
    from app.dashboard.desk import DashboardDesk


class DashboardDoor(QObject):
    """Makes the desk when it is first wanted, and hands every state to it from then on."""

    def __init__(
        self, make_desk: Callable[[], DashboardDesk], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._make_desk = make_desk
        self._desk: DashboardDesk | None = None

    def open(self) -> DashboardDesk:
        """The dashboard's logic."""
        if self._desk is None:
            self._desk = self._make_desk()
        return self._desk

    def show_state(self, state: SessionState) -> None:
        """What is counted of experts is kept even if nobody ever looks."""
        if self._desk is not None or state.settings.capture_experts:
            self.open().show_state(state)

    def close(self) -> None:
        if self._desk is not None:
            self._desk.close()
