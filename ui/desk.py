"""What fills the window: the rail, its pages and the shortcuts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace as replace_settings
from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QStackedWidget, QWidget

from app.prices import Price
from app.session_state import SessionCommands, SessionState
from ui.chats_page import ChatsPage
from ui.design_tokens import read_design_tokens
from ui.focus_ring import FocusRing
from ui.page import Page
from ui.popover import Popover
from ui.rail import PageName, Rail
from ui.shortcut_deeds import window_deeds
from ui.shortcut_keys import make_shortcuts
from ui.theme import Theme
from ui.zoom import USUAL, stepped, zoomed

if TYPE_CHECKING:
    # Imported when a plan opens: the first picture of the window must not wait for it.
    from app.dashboard.door import DashboardDoor
    from app.discover.door import ModelDoor
    from app.discover.room import ModelRoom
    from app.discover.state import DownloadsView
    from app.first_run_desk import FirstRunDesk
    from app.first_run_state import FirstRunView
    from app.plan_state import PlanCommands, PlanView
    from ui.dashboard_page import DashboardPage
    from ui.models_page import ModelsPage
    from ui.plan_page import PlanPage
    from ui.settings_page import SettingsPage


class Desk(QWidget):
    """Draws a `SessionState`, and hands what the person does to `commands`.

    With `plan_commands` the Models page opens plans, which take that page's place until they are
    closed. Without a `door` that page has no more than the models in the folder; without a
    `dashboard` there is none. `fill_settings` adds to the Settings page what is of the program.
    """

    chats_in_front = Signal(bool)

    def __init__(
        self,
        theme: Theme,
        window: QMainWindow,
        commands: SessionCommands,
        prices: tuple[Price, ...],
        prices_file: str = "",
        plan_commands: PlanCommands | None = None,
        door: ModelDoor | None = None,
        dashboard: DashboardDoor | None = None,
        fill_settings: Callable[[SettingsPage], None] | None = None,
    ) -> None:
        super().__init__()
        self._fill_settings = fill_settings
        self._theme, self._zoom = theme, USUAL
        self._themes = {USUAL: theme}
        self._window, self._commands = window, commands
        self._plan_commands, self._door, self._dashboard = plan_commands, door, dashboard
        self._plan_view: PlanView | None = None
        self._is_plan_wired = False
        self.plan: PlanPage | None = None
        self._prices, self._prices_file = prices, prices_file
        self._state: SessionState | None = None
        self._first_run: Page | None = None
        self._guide: FirstRunDesk | None = None
        self._after_first_run: PageName = "chats"
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._furnish()
        theme.changed.connect(self._follow_palette)

    def _furnish(self) -> None:
        theme = self._theme
        self.rail = Rail(theme)
        self.rail.items["dashboard"].setVisible(self._dashboard is not None)
        self.rail.page_chosen.connect(self.show_page)
        self.chats = ChatsPage(theme, self._commands)
        self.chats.prices_wanted.connect(lambda: self.show_page("settings"))
        self.chats.chat.composer.models_wanted.connect(lambda: self.show_page("models"))
        self.chats.chat.composer.plan_wanted.connect(self._open_plan)
        self._pages: dict[PageName, Page] = {"chats": self.chats}
        self.stack = QStackedWidget()
        self.stack.currentChanged.connect(
            lambda _index: self.chats_in_front.emit(self.stack.currentWidget() is self.chats)
        )
        self.stack.addWidget(self.chats)
        row = self.layout()
        assert isinstance(row, QHBoxLayout)
        row.addWidget(self.rail)
        row.addWidget(self.stack, 1)
        self.ring = FocusRing(theme, self._window)
        self.rail.show_page("chats")
        self._shortcuts = make_shortcuts(self, window_deeds(self))

    def show_state(self, state: SessionState) -> None:
        self._state = state
        if state.settings.zoom != self._zoom:
            self._zoom_to(state.settings.zoom)
        if state.first_run != (self._first_run is not None):
            self._turn_first_run(state)
        if self._first_run is not None:
            self._first_run.show_state(state)
            return
        page = self.stack.currentWidget()
        if isinstance(page, Page):
            page.show_state(state)

    def show_plan(self, view: PlanView | None) -> None:
        """Draw the open plan, in front when it has just been opened; None closes it."""
        before, self._plan_view = self._plan_view, view
        if view is None:
            if before is not None and self.stack.currentWidget() is self.plan:
                self._return_to_models(before.model.id)
            return
        if self.plan is None:
            self.plan = self._new_plan_page()
        self.plan.show_plan(view)
        if (before is None or before.model.id != view.model.id) and self._first_run is None:
            self._bring_plan()

    def show_page(self, name: PageName) -> None:
        """Bring a page to the front, made when it is first wanted."""
        if name == "dashboard" and self._dashboard is None:
            return
        if name == "models" and self._plan_view is not None:
            self._turn_to_plan()
            return
        page = self._pages.get(name)
        if page is None:
            page = self._pages[name] = self._new_page(name)
            self.stack.addWidget(page)
        if name == "models":
            self._commands.refresh_models()
        if self._state is not None:
            page.show_state(self._state)
        self.stack.setCurrentWidget(page)
        self.rail.show_page(name)
        page.take_focus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.chats.make_room(self.width())

    def _new_page(self, name: PageName) -> Page:
        # Imported when opened: the first picture of the window must not wait for the others.
        if name == "models":
            return self._new_models_page()
        if name == "dashboard":
            return self._new_dashboard()
        from ui.settings_page import SettingsPage

        room = self._door.open() if self._door else None
        page = SettingsPage(
            *(self._theme, self._commands, self._prices, self._prices_file),
            discover_commands=room.discover if room else None,
        )
        if room is not None:
            room.discover.changed.connect(page.show_discover)
            page.show_discover(room.discover.view)
            room.discover.look_at_account()
        if self._fill_settings is not None:
            self._fill_settings(page)
        return page

    def _new_dashboard(self) -> DashboardPage:
        from ui.dashboard_page import DashboardPage

        assert self._dashboard is not None
        logic = self._dashboard.open()
        page = DashboardPage(self._theme, logic, self._prices)
        page.chat_wanted.connect(lambda: self.show_page("chats"))
        page.prices_wanted.connect(lambda: self.show_page("settings"))
        logic.changed.connect(page.show_view)
        page.seen.connect(logic.look)
        if not self._is_plan_wired:
            # Once: the page is made anew in each size, what is behind it stays.
            self._is_plan_wired = True
            logic.plan_wanted.connect(self._open_plan)
        return page

    def _new_models_page(self) -> ModelsPage:
        from ui.models_page import ModelsPage

        if self._door is None:
            page = ModelsPage(self._theme, self._commands, self._plan_commands)
        else:
            page = self._page_of(self._door.open())
        page.chat_wanted.connect(lambda: self.show_page("chats"))
        page.settings_wanted.connect(lambda: self.show_page("settings"))
        return page

    def _page_of(self, room: ModelRoom) -> ModelsPage:
        from ui.models_page import ModelsPage

        page = ModelsPage(
            *(self._theme, self._commands, self._plan_commands),
            *(room.discover, room.downloads, room.owned),
        )
        room.discover.changed.connect(page.show_discover)
        room.downloads.changed.connect(page.show_downloads)
        room.owned.changed.connect(page.show_owned)
        page.show_discover(room.discover.view)
        page.show_downloads(room.downloads.view)
        page.show_owned(room.owned.view)
        return page

    def room(self) -> ModelRoom | None:
        """What is behind the Models page; None without a door to it."""
        return self._door.open() if self._door else None

    def show_downloads(self, view: DownloadsView) -> None:
        """The rail says that something is on its way, whatever page is open."""
        self.rail.show_downloads(
            sum(one.phase in ("running", "checking") for one in view.downloads)
        )

    def _new_plan_page(self) -> PlanPage:
        from ui.plan_page import PlanPage

        assert self._plan_commands is not None
        page = PlanPage(self._theme, self._plan_commands)
        self.stack.addWidget(page)
        return page

    def _turn_to_plan(self) -> None:
        """The Models entry of the rail: to the open plan, and from the plan back to the list."""
        if self.stack.currentWidget() is self.plan and self._plan_commands is not None:
            self._plan_commands.close_plan()
        else:
            self._bring_plan()

    def _open_plan(self, model_id: str) -> None:
        if self._plan_commands is not None:
            self._plan_commands.open_plan(model_id)

    def _bring_plan(self) -> None:
        assert self.plan is not None
        self.stack.setCurrentWidget(self.plan)
        self.rail.show_page("models")
        self.plan.take_focus()

    def _return_to_models(self, model_id: str) -> None:
        from ui.models_page import ModelsPage

        self.show_page("models")
        page = self._pages["models"]
        assert isinstance(page, ModelsPage)
        page.focus_plan(model_id)

    def _turn_first_run(self, state: SessionState) -> None:
        self.rail.setVisible(not state.first_run)
        if state.first_run:
            from ui.first_run_page import FirstRunPage

            page = FirstRunPage(self._theme, self._commands, self._guide)
            page.models_wanted.connect(self._go_on_to_models)
            self._first_run = page
            self.stack.addWidget(page)
            if self._guide is not None:
                page.show_view(self._guide.view)
            self.stack.setCurrentWidget(self._first_run)
            self._first_run.take_focus()
        elif self._first_run is not None:
            self.stack.removeWidget(self._first_run)
            self._first_run.deleteLater()
            self._first_run = None
            self.show_page(self._after_first_run)

    def _go_on_to_models(self) -> None:
        self._after_first_run = "models"

    def be_guided(self, guide: FirstRunDesk) -> None:
        """What the first-run page shows beside the session's state."""
        self._guide = guide
        guide.changed.connect(self._show_guide)

    def _show_guide(self, view: FirstRunView) -> None:
        from ui.first_run_page import FirstRunPage

        if isinstance(self._first_run, FirstRunPage):
            self._first_run.show_view(view)

    @property
    def is_first_run(self) -> bool:
        return self._first_run is not None

    def zoom_by(self, steps: int) -> None:
        """Larger or smaller by one step; by none it is the usual size."""
        if self._state is not None:
            settings = self._state.settings
            zoom = stepped(settings.zoom, steps) if steps else USUAL
            if zoom != settings.zoom:
                self._commands.change_settings(replace_settings(settings, zoom=zoom))

    def _zoom_to(self, zoom: float) -> None:
        """Build what is here anew, in that size; other pages when they are next wanted."""
        for popover in self._window.findChildren(Popover):
            popover.close()  # What opened it goes.
        self._zoom, self._theme = zoom, self._theme_of(zoom)
        pages, front = self._pages, self.stack.currentWidget()
        before = (self.rail, self.ring, *self._shortcuts, self.stack)
        is_plan = front is not None and front is self.plan
        name = next((name for name, page in pages.items() if page is front), "chats")
        QApplication.setFont(self._theme.font("ui"))
        self._furnish()
        self.plan = None
        chats = pages["chats"]
        if isinstance(chats, ChatsPage):
            self.chats.take_over(chats)
        self._bring_back("models" if is_plan else name, is_plan=is_plan)
        for old in before:
            old.setParent(None)
            old.deleteLater()

    def _bring_back(self, front: PageName, *, is_plan: bool) -> None:
        """The page that was in front before all was built anew."""
        if self._state is not None:
            self.chats.show_state(self._state)
        self.chats.make_room(self.width())
        self.rail.setVisible(self._first_run is None)
        if self._plan_view is not None:
            self.plan = self._new_plan_page()
            self.plan.show_plan(self._plan_view)
        if self._first_run is not None and self._state is not None:
            self._turn_first_run(self._state)
        elif is_plan:
            self._bring_plan()
        elif front != "chats":
            self.show_page(front)

    def _theme_of(self, zoom: float) -> Theme:
        """The look in this size; kept, since pages made in it stay."""
        if zoom not in self._themes:
            tokens = zoomed(read_design_tokens(), zoom)
            self._themes[zoom] = Theme(self._themes[USUAL].name, tokens, self)
        return self._themes[zoom]

    def _follow_palette(self) -> None:
        for theme in self._themes.values():
            if theme is not self._themes[USUAL]:
                theme.choose(self._themes[USUAL].name)

    def show_shortcuts(self) -> None:
        """Open the sheet of them, or close it."""
        from ui.shortcut_sheet import ShortcutSheet

        sheet = self._window.findChild(ShortcutSheet)
        if isinstance(sheet, ShortcutSheet):
            sheet.close()
            return
        opener = self._window.focusWidget() or self
        ShortcutSheet(self._theme, self._window, opener).open_centred()

    def new_chat(self) -> None:
        self._commands.new_chat()
        self.show_page("chats")
