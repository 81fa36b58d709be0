"""The Discover half of the Models page: search, one recommendation, and the list."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QMargins, QSize, Qt, Signal
from PySide6.QtGui import QShortcut, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.discover.state import DiscoverCommands, DiscoverView, DownloadsView
from runtime.downloads.frames import Download
from ui.centred import Centred
from ui.discover_notes import EmptyCard, StateCard
from ui.discover_recommendation import RecommendationCard
from ui.discover_results import ResultList
from ui.discover_search import SearchBar
from ui.discover_words import count_words
from ui.labels import Label
from ui.scroll_bar import SCROLL_BAR_PX, ScrollArea
from ui.spaced import Spaced
from ui.theme import Theme

_GAP_PX, _LINE_GAP_PX, _BOTTOM_PX = 14, 8, 18


class DiscoverPage(QWidget):
    """Asks for its first view when it is first looked at."""

    load_wanted = Signal(str)
    chat_wanted = Signal()
    settings_wanted = Signal()
    installed_wanted = Signal()

    def __init__(self, theme: Theme, commands: DiscoverCommands) -> None:
        super().__init__()
        self._theme, self._commands = theme, commands
        self._was_opened = False
        self._view = DiscoverView()
        self._downloads: Mapping[str, Download] = {}
        self._loaded_id = ""
        self.search = SearchBar(theme)
        self.search.searched.connect(commands.search)
        self.search.filtered.connect(commands.choose_filters)
        self.recommendation = RecommendationCard(theme)
        self.count = Label(theme, "", "small", "secondary")
        self.trouble = StateCard(theme)
        self.empty = EmptyCard(theme)
        self.results = ResultList(theme)
        self._recommended = Spaced(self.recommendation, below=_GAP_PX)
        self._troubled = Spaced(self.trouble, below=_GAP_PX)
        self._lay_out(theme)
        self._connect()
        self.show_view(self._view)

    def show_view(self, view: DiscoverView) -> None:
        """Draw `view`; cheap when little has changed."""
        self._view = view
        self.search.show_view(view)
        self._recommended.setVisible(view.recommendation is not None)
        self._show_recommendation()
        self._troubled.setVisible(self.trouble.show_view(view))
        words = count_words(view)
        self.count.show_text(words)
        self.count.setVisible(bool(words) and not view.offline)
        is_empty = not view.rows and view.phase == "ready" and not view.offline
        if is_empty:
            self.empty.show_view(view)
        self.empty.setVisible(is_empty)
        reads = view.phase in ("starting", "searching") and not view.offline
        self.results.setVisible(bool(view.rows) or reads)
        self.results.show_view(view, self._downloads, self._loaded_id)

    def show_downloads(self, view: DownloadsView) -> None:
        self._downloads = {download.id: download for download in view.downloads}
        self._show_recommendation()
        self.results.show_view(self._view, self._downloads, self._loaded_id)

    def show_loaded(self, model_id: str) -> None:
        """Which model is loaded now, "" without one."""
        if model_id != self._loaded_id:
            self._loaded_id = model_id
            self._show_recommendation()
            self.results.show_view(self._view, self._downloads, model_id)

    def take_focus(self) -> None:
        self.search.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._was_opened:
            self._was_opened = True
            self._commands.open_discover()

    def minimumSizeHint(self) -> QSize:
        return QSize(420, 200)

    def _show_recommendation(self) -> None:
        shown = self._view.recommendation
        if shown is not None:
            download = self._downloads.get(shown.quant.download_id)
            self.recommendation.show_recommendation(shown, download, self._loaded_id)

    def _turn_off(self, name: str) -> None:
        self.search.turn_off(name)

    def _clear(self) -> None:
        self.search.field.clear()
        self._commands.search("")

    def _search_again(self) -> None:
        self.search.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.field.selectAll()

    def _lay_out(self, theme: Theme) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._recommended)
        column.addWidget(self._troubled)
        column.addWidget(self.count)
        column.addSpacing(_LINE_GAP_PX)
        column.addWidget(self.empty)
        column.addWidget(self.results)
        margin, most = theme.px("layout.page_margin"), theme.px("layout.page_max")
        ground = QWidget()
        outer = QVBoxLayout(ground)
        outer.setContentsMargins(0, 0, 0, 0)
        sides = QMargins(margin, 0, margin - SCROLL_BAR_PX, _BOTTOM_PX)
        outer.addWidget(Centred(content, most, sides))
        outer.addStretch()
        self.area = ScrollArea(theme, ground)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        page.addWidget(Centred(self.search, most, QMargins(margin, 0, margin, _GAP_PX)))
        page.addWidget(self.area, 1)

    def _connect(self) -> None:
        commands, results, trouble = self._commands, self.results, self.trouble
        results.opened.connect(commands.open_row)
        results.closed.connect(commands.close_row)
        results.download_wanted.connect(commands.download)
        results.card_wanted.connect(commands.read_card)
        results.again_wanted.connect(commands.try_again)
        results.load_wanted.connect(self.load_wanted)
        results.chat_wanted.connect(self.chat_wanted)
        results.settings_wanted.connect(self.settings_wanted)
        results.focus_moved.connect(self.area.ensureWidgetVisible)
        self.recommendation.download_wanted.connect(commands.download)
        self.recommendation.load_wanted.connect(self.load_wanted)
        self.recommendation.chat_wanted.connect(self.chat_wanted)
        trouble.again_wanted.connect(commands.try_again)
        trouble.installed_wanted.connect(self.installed_wanted)
        trouble.settings_wanted.connect(self.settings_wanted)
        self.empty.turned_off.connect(self._turn_off)
        self.empty.cleared.connect(self._clear)
        # Of the whole window, but only while this page is to be seen.
        find = QShortcut("Ctrl+F", self)
        find.activated.connect(self._search_again)
