"""The button that writes the dashboard's numbers to a file, and its menu."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu

from app.dashboard.card_values import CardValues
from app.dashboard.state import DashboardCommands, DashboardView
from runtime.language import tr
from ui.controls import Button
from ui.dashboard_files import TableDialogs, TableFiles, TableFormat
from ui.run_card_file import CardFileChoice, save_run_card
from ui.theme import Theme

_MENU_GAP_PX = 4


class ExportButton(Button):
    """`failed` carries the problem of a picture that was not written, None for one that was."""

    failed = Signal(object)

    def __init__(
        self,
        theme: Theme,
        commands: DashboardCommands,
        files: TableFiles | None = None,
        pictures: CardFileChoice | None = None,
    ) -> None:
        super().__init__(theme, tr("Export"), icon="download")
        self._theme = theme
        self._commands = commands
        self._files = files or TableDialogs()
        self._pictures = pictures
        self._has_runs = self._has_experts = False
        self._card: CardValues | None = None
        self.setAccessibleName(tr("Export the numbers"))
        self.clicked.connect(self.open_menu)

    def show_view(self, view: DashboardView) -> None:
        experts = view.experts
        self._has_runs = view.runs > 0
        self._card = view.card
        self._has_experts = experts.use is not None or experts.summed is not None
        self.setEnabled(self._has_runs or self._has_experts)

    def open_menu(self) -> None:
        menu = self.menu()
        left = self.width() - menu.sizeHint().width()
        menu.popup(self.mapToGlobal(QPoint(left, self.height() + _MENU_GAP_PX)))

    def menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setAccessibleName(self.accessibleName())
        menu.setFont(self._theme.font("ui"))
        runs_as_csv = menu.addAction(
            tr("Runs as CSV\N{HORIZONTAL ELLIPSIS}"), lambda: self._export_runs("csv")
        )
        runs_as_json = menu.addAction(
            tr("Runs as JSON\N{HORIZONTAL ELLIPSIS}"), lambda: self._export_runs("json")
        )
        experts = menu.addAction(
            tr("Use of the experts as CSV\N{HORIZONTAL ELLIPSIS}"), self._export_experts
        )
        menu.addSeparator()
        picture = menu.addAction(
            tr("Picture of the last run\N{HORIZONTAL ELLIPSIS}"), self.save_picture
        )
        picture.setEnabled(self._card is not None)
        for action in (runs_as_csv, runs_as_json):
            action.setEnabled(self._has_runs)
        experts.setEnabled(self._has_experts)
        return menu

    def save_picture(self) -> None:
        """Of the shown model's last run."""
        if self._card is not None:
            window = self.window()
            self.failed.emit(save_run_card(window, self._theme, self._card, self._pictures))

    def _export_runs(self, form: TableFormat) -> None:
        title = tr("Export all runs")
        path = self._files.to_write(self.window(), title, "coterie-runs", form)
        if path:
            self._commands.export_runs(path, form)

    def _export_experts(self) -> None:
        title = tr("Export the use of the experts")
        path = self._files.to_write(self.window(), title, "coterie-experts", "csv")
        if path:
            self._commands.export_experts(path)
