"""The Models page: what to download and what is on this computer, with the downloads below both."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QMargins, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.discover.state import (
    DiscoverCommands,
    DiscoverView,
    DownloadCommands,
    DownloadsView,
)
from app.owned_state import OwnedCommands, OwnedView
from app.plan_state import PlanCommands
from app.session_state import SessionCommands, SessionState
from runtime.language import number, tr
from ui.centred import Centred
from ui.discover_page import DiscoverPage
from ui.discover_words import machine_words
from ui.download_dock import DownloadDock
from ui.installed_page import InstalledPage
from ui.labels import Label
from ui.page import Page
from ui.segments import Segments
from ui.theme import Theme

Tab = Literal["discover", "installed"]


class ModelsPage(Page):
    """`chat_wanted` asks for the conversation, with the loaded model.

    Without `discover_commands` the models on this computer are all there is; without
    `owned_commands` they can be loaded and planned but not managed.
    """

    chat_wanted = Signal()
    settings_wanted = Signal()

    def __init__(
        self,
        theme: Theme,
        commands: SessionCommands,
        plan_commands: PlanCommands | None = None,
        discover_commands: DiscoverCommands | None = None,
        download_commands: DownloadCommands | None = None,
        owned_commands: OwnedCommands | None = None,
    ) -> None:
        super().__init__()
        self._theme, self._commands = theme, commands
        self.setProperty("surface", "page")
        self.setAccessibleName(tr("Models"))
        self.installed = InstalledPage(theme, commands, plan_commands, owned_commands)
        self.installed.chat_wanted.connect(self.chat_wanted)
        self.table = self.installed.table
        self.discover: DiscoverPage | None = None
        self.stack = QStackedWidget()
        tabs = (("discover", tr("Discover")), ("installed", tr("Installed")))
        self.tabs = Segments(theme, tr("Models"), tabs)
        self.tabs.chosen.connect(self.show_tab)
        if discover_commands is not None:
            self.discover = self._new_discover(discover_commands)
            self.stack.addWidget(self.discover)
        self.stack.addWidget(self.installed)
        self.dock = DownloadDock(theme, download_commands)
        self.dock.load_wanted.connect(commands.load_model)
        self.dock.chat_wanted.connect(self.chat_wanted)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        page.addWidget(self._head(theme))
        page.addWidget(self.stack, 1)
        page.addWidget(self.dock)
        self.show_tab("installed" if self.discover is None else "discover")

    def show_state(self, state: SessionState) -> None:
        self.installed.show_state(state)
        self._show_count(len(state.models))
        ready = state.model is not None and state.engine.phase == "ready"
        loaded_id = state.model.id if ready and state.model is not None else ""
        self.dock.show_models(state.models, loaded_id)
        if self.discover is not None:
            self.discover.show_loaded(loaded_id)

    def show_discover(self, view: DiscoverView) -> None:
        if self.discover is not None:
            self.machine.show_text(machine_words(view.machine))
            self.discover.show_view(view)

    def show_downloads(self, view: DownloadsView) -> None:
        self.dock.show_view(view)
        if self.discover is not None:
            self.discover.show_downloads(view)

    def show_owned(self, view: OwnedView) -> None:
        self.installed.show_view(view)

    def show_tab(self, tab: Tab) -> None:
        """Turn to what can be downloaded or to what is installed."""
        if self.discover is None:
            tab = "installed"
        self.tabs.show_value(tab)
        shown = self.installed if tab == "installed" or self.discover is None else self.discover
        self.stack.setCurrentWidget(shown)

    def take_focus(self) -> None:
        """On the search, or on the button of the model in use: the likeliest thing to do next."""
        self.stack.currentWidget().take_focus()

    def focus_plan(self, model_id: str) -> None:
        """On the button that opens the plan of this model: where a person came from."""
        self.show_tab("installed")
        self.installed.focus_plan(model_id)

    def _new_discover(self, commands: DiscoverCommands) -> DiscoverPage:
        discover = DiscoverPage(self._theme, commands)
        discover.load_wanted.connect(self._commands.load_model)
        discover.chat_wanted.connect(self.chat_wanted)
        discover.settings_wanted.connect(self.settings_wanted)
        discover.installed_wanted.connect(lambda: self.show_tab("installed"))
        return discover

    def _head(self, theme: Theme) -> QWidget:
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(20)
        row.addWidget(Label(theme, tr("Models"), "page_title"))
        row.addWidget(self.tabs)
        self.machine = Label(theme, "", "small", "secondary", tabular=True, elided=True)
        self.machine.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.machine, 1)
        self.tabs.setVisible(self.discover is not None)
        margin = theme.px("layout.page_margin")
        bar = Centred(head, theme.px("layout.page_max"), QMargins(margin, 0, margin, 0))
        bar.setFixedHeight(theme.px("layout.top_bar_page"))
        return bar

    def _show_count(self, count: int) -> None:
        segment = self.tabs.segments["installed"]
        many = number(count, ",")
        text = tr("Installed  {n}", n=many) if count else tr("Installed")
        if text != segment.text():
            segment.setText(text)
            segment.setAccessibleName(tr("Models: installed, {n}", n=many))
            segment.updateGeometry()
