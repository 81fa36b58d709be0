"""The main window: empty surfaces at first, then the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMainWindow, QVBoxLayout, QWidget

if TYPE_CHECKING:
    # The empty window is on the screen before any of these is loaded.
    from collections.abc import Callable

    from PySide6.QtGui import QCloseEvent

    from app.dashboard.door import DashboardDoor
    from app.discover.door import ModelDoor
    from app.discover.state import DownloadsView
    from app.plan_state import PlanCommands, PlanView
    from app.prices import Price
    from app.session_state import SessionCommands, SessionState
    from ui.settings_page import SettingsPage
    from ui.theme import Theme

LEAST_PX = (760, 560)
FIRST_PX = (1280, 800)


class MainWindow(QMainWindow):
    """`closing` is emitted as it closes, `files_opened` with paths that the desktop opens."""

    closing = Signal()
    files_opened = Signal(tuple)

    def __init__(self, shell: QWidget | None = None) -> None:
        super().__init__()
        self.setWindowTitle("Coterie")
        self.setMinimumSize(*LEAST_PX)
        self.resize(*FIRST_PX)
        if shell is not None:
            self.setCentralWidget(shell)

    def furnish(
        self,
        theme: Theme,
        commands: SessionCommands,
        prices: tuple[Price, ...],
        prices_file: str = "",
        plan_commands: PlanCommands | None = None,
        door: ModelDoor | None = None,
        dashboard: DashboardDoor | None = None,
        fill_settings: Callable[[SettingsPage], None] | None = None,
    ) -> None:
        """Put the desk in place of the empty surfaces."""
        from ui.desk import Desk

        self.desk = Desk(
            *(theme, self, commands, prices, prices_file),
            *(plan_commands, door, dashboard, fill_settings),
        )
        ground = QWidget()
        self._column = QVBoxLayout(ground)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.desk, 1)
        self.setCentralWidget(ground)

    def put_above(self, bar: QWidget) -> None:
        """Show `bar` above every page."""
        self._column.insertWidget(0, bar)

    def show_state(self, state: SessionState) -> None:
        self.desk.show_state(state)

    def show_plan(self, view: PlanView | None) -> None:
        self.desk.show_plan(view)

    def show_downloads(self, view: DownloadsView) -> None:
        self.desk.show_downloads(view)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closing.emit()
        super().closeEvent(event)
