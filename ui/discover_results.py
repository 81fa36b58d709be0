"""The Discover list: one row for each repository, one of them open at a time."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout

from app.discover.state import DiscoverView
from runtime.downloads.frames import Download
from runtime.language import tr
from ui.discover_open import OpenPanel
from ui.discover_row import ResultRow, RowHead, SkeletonRows
from ui.theme import Theme

# A screen or two at once; the others follow while the window already answers.
ROWS_AT_ONCE = 30


class ResultList(QFrame):
    """Rows are made when a repository first appears and kept while it stays.

    A long list is made a part at a time: making a widget costs more than drawing it.
    """

    opened = Signal(str)
    closed = Signal()
    download_wanted = Signal(str, str)
    load_wanted = Signal(str)
    chat_wanted = Signal()
    card_wanted = Signal(str)
    again_wanted = Signal()
    settings_wanted = Signal()
    focus_moved = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.rows: dict[str, ResultRow] = {}
        self._given: tuple[DiscoverView, Mapping[str, Download], str] | None = None
        self._further = QTimer(self)
        self._further.setSingleShot(True)
        self._further.setInterval(0)
        self._further.timeout.connect(self._show_further)
        self.panel: OpenPanel | None = None
        self._current = ""
        self.setProperty("surface", "card")
        self.setAccessibleName(tr("Models to download"))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(1, 0, 1, 4)
        self._column.setSpacing(0)
        self._column.addWidget(RowHead(theme))
        self.skeleton = SkeletonRows(theme)
        self._column.addWidget(self.skeleton)

    def show_view(
        self, view: DiscoverView, downloads: Mapping[str, Download], loaded_id: str
    ) -> None:
        """Draw `view`: only rows that changed are drawn anew."""
        self._given = view, downloads, loaded_id
        self.skeleton.setVisible(not view.rows)
        kept = sum(row.repo in self.rows for row in view.rows)
        self._show_first(max(ROWS_AT_ONCE, kept))

    def _show_further(self) -> None:
        self._show_first(len(self.rows) + ROWS_AT_ONCE)

    def _show_first(self, count: int) -> None:
        assert self._given is not None
        view, downloads, loaded_id = self._given
        opened = next((n for n, row in enumerate(view.rows) if row.repo == view.open_repo), -1)
        shown = view.rows[: max(count, opened + 1)]
        repos = [row.repo for row in shown]
        if repos != list(self.rows):
            self._arrange(repos)
        for row in shown:
            is_open = row.repo == view.open_repo
            self.rows[row.repo].show_row(row, downloads, is_open=is_open)
        self._show_panel(view, downloads, loaded_id)
        if len(shown) < len(view.rows):
            self._further.start()
        else:
            self._further.stop()

    def take_focus(self) -> None:
        row = self.rows.get(self._current)
        if row is not None:
            row.setFocus(Qt.FocusReason.OtherFocusReason)

    def _arrange(self, repos: list[str]) -> None:
        self.setUpdatesEnabled(False)
        if self.panel is not None:
            self._column.removeWidget(self.panel)  # It is put below its row again.
        wanted = set(repos)
        for repo in [repo for repo in self.rows if repo not in wanted]:
            row = self.rows.pop(repo)
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        in_place = list(self.rows)
        rows = {repo: self.rows.get(repo) or self._new_row(repo) for repo in repos}
        # Rows before the first difference stay where they are.
        same = next((n for n, r in enumerate(repos) if in_place[n : n + 1] != [r]), len(repos))
        for row in list(rows.values())[same:]:
            self._column.removeWidget(row)
        for number, row in list(enumerate(rows.values()))[same:]:
            self._column.insertWidget(number + 2, row)
            row.show()
        self.rows = rows
        self._set_current(self._current if self._current in rows else next(iter(rows), ""))
        self.setUpdatesEnabled(True)

    def _new_row(self, repo: str) -> ResultRow:
        row = ResultRow(self._theme)
        row.clicked.connect(lambda: self._turn(repo))
        row.stepped.connect(lambda step: self._step(repo, step))
        row.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        return row

    def _turn(self, repo: str) -> None:
        self._set_current(repo)
        if self.rows[repo].is_open:
            self.closed.emit()
        else:
            self.opened.emit(repo)

    def _step(self, repo: str, step: int) -> None:
        repos = list(self.rows)
        at = min(len(repos) - 1, max(0, repos.index(repo) + step))
        self._set_current(repos[at])
        row = self.rows[repos[at]]
        row.setFocus(Qt.FocusReason.TabFocusReason)
        self.focus_moved.emit(row)

    def _set_current(self, repo: str) -> None:
        """Tab stops at one row; arrow keys go to the others."""
        before, after = self.rows.get(self._current), self.rows.get(repo)
        if before is not None:
            before.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        if after is not None:
            after.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._current = repo

    def _show_panel(
        self, view: DiscoverView, downloads: Mapping[str, Download], loaded_id: str
    ) -> None:
        row = next((row for row in view.rows if row.repo == view.open_repo), None)
        if row is None:
            self._close_panel()
            return
        if self.panel is None or self.panel.row is None or self.panel.row.repo != row.repo:
            self._close_panel()
            self.panel = self._new_panel(row.repo)
            self._set_current(row.repo)
        place = list(self.rows).index(row.repo) + 3
        if self._column.indexOf(self.panel) != place:
            self._column.removeWidget(self.panel)
            self._column.insertWidget(place, self.panel)
        signed_in = bool(view.account.name)
        self.panel.show_row(row, downloads, loaded_id, signed_in=signed_in)

    def _new_panel(self, repo: str) -> OpenPanel:
        panel = OpenPanel(self._theme)
        panel.download_wanted.connect(lambda name: self.download_wanted.emit(repo, name))
        panel.card_wanted.connect(lambda: self.card_wanted.emit(repo))
        panel.load_wanted.connect(self.load_wanted)
        panel.chat_wanted.connect(self.chat_wanted)
        panel.again_wanted.connect(self.again_wanted)
        panel.settings_wanted.connect(self.settings_wanted)
        return panel

    def _close_panel(self) -> None:
        if self.panel is not None:
            self._column.removeWidget(self.panel)
            self.panel.hide()
            self.panel.deleteLater()
            self.panel = None
