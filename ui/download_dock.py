"""The dock at the foot of the Models page: every download, there only while there are any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QVBoxLayout, QWidget

from app.discover.state import DownloadCommands, DownloadsView
from app.local_models import LocalModel
from runtime.downloads.frames import Download
from runtime.language import marked, tr
from ui.controls import IconButton
from ui.download_row import DownloadRow, Shown
from ui.download_words import count_line
from ui.labels import Label, Paragraph
from ui.problem_card import spoken
from ui.scroll_bar import ScrollArea
from ui.spaced import Spaced
from ui.theme import Theme

HEADING = marked("Downloads")
_HEAD_PX, _SIDE_PX, _FOOT_PX, _ROWS_AT_ONCE, _NOTES_AT_ONCE = 38, 32, 10, 4, 2
_MOVABLE = ("queued", "waiting", "paused")


class DownloadDock(QFrame):
    """`load_wanted` carries the id of a model that was downloaded."""

    load_wanted = Signal(str)
    chat_wanted = Signal()

    def __init__(self, theme: Theme, commands: DownloadCommands | None) -> None:
        super().__init__()
        self._theme, self._commands = theme, commands
        self._view = DownloadsView()
        self._models: Mapping[str, str] = {}
        self._loaded_id = ""
        self.rows: dict[str, DownloadRow] = {}
        self.setProperty("surface", "sidebar")
        self.setProperty("line", "top")
        self.setAccessibleName(tr(HEADING))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 1, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head(theme))
        self.problem = Paragraph(theme, "", "ui", "error")
        self._troubled = Spaced(self.problem, below=8, sides=_SIDE_PX)
        self._troubled.hide()
        column.addWidget(self._troubled)
        self._rows = QWidget()
        self._rows_column = QVBoxLayout(self._rows)
        self._rows_column.setContentsMargins(0, 0, 0, _FOOT_PX)
        self._rows_column.setSpacing(0)
        self._rows.installEventFilter(self)
        self.area = ScrollArea(theme, self._rows)
        column.addWidget(self.area)
        self.hide()

    def show_view(self, view: DownloadsView) -> None:
        """Draw `view`: rows are kept while their downloads stay."""
        self._view = view
        self.setVisible(bool(view.downloads) or view.problem is not None)
        self.count.show_text(count_line(view.downloads))
        self._troubled.setVisible(view.problem is not None)
        if view.problem is not None:
            title, message = view.problem.title, spoken(view.problem)
            self.problem.show_text(tr("{title}. {message}", title=title, message=message))
        ids = [download.id for download in view.downloads]
        if ids != list(self.rows):
            self._arrange(ids)
        waiting = sum(download.phase in _MOVABLE for download in view.downloads)
        for download in view.downloads:
            self.rows[download.id].show_download(self._shown(download, waiting > 1))

    def show_models(self, models: Sequence[LocalModel], loaded_id: str) -> None:
        """The models there are now, so that a finished download can be loaded."""
        paths = {str(model.path): model.id for model in models}
        if (paths, loaded_id) != (self._models, self._loaded_id):
            self._models, self._loaded_id = paths, loaded_id
            self.show_view(self._view)

    def eventFilter(self, watched: QWidget, event: QEvent) -> bool:
        if watched is self._rows and event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return False

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """As tall as its rows, at most four of them, or two with their notes; more scroll."""
        width = max(1, self.area.viewport().width())
        noted = [_height(row.layout(), width) for row in list(self.rows.values())[:_NOTES_AT_ONCE]]
        most = max(_ROWS_AT_ONCE * self._theme.px("row.download"), sum(noted)) + _FOOT_PX
        height = min(_height(self._rows_column, width), most)
        if height != self.area.height() or self.area.minimumHeight() != height:
            self.area.setFixedHeight(height)

    def _shown(self, download: Download, can_move: bool) -> Shown:
        local_id = self._models.get(download.paths[0], "") if download.paths else ""
        return Shown(
            download,
            can_move and download.phase == "queued",
            local_id,
            bool(local_id) and local_id == self._loaded_id,
            self._view.needed_bytes,
            self._view.free_bytes,
        )

    def _arrange(self, ids: list[str]) -> None:
        for gone_id in [known for known in self.rows if known not in ids]:
            gone = self.rows.pop(gone_id)
            self._rows_column.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        rows = {known: self.rows.get(known) or self._new_row() for known in ids}
        self.rows = rows
        for number, row in enumerate(rows.values()):
            if self._rows_column.indexOf(row) != number:
                self._rows_column.removeWidget(row)
                self._rows_column.insertWidget(number, row)
                row.show()

    def _new_row(self) -> DownloadRow:
        row = DownloadRow(self._theme)
        row.load_wanted.connect(self.load_wanted)
        row.chat_wanted.connect(self.chat_wanted)
        row.move_wanted.connect(self._move)
        commands = self._commands
        if commands is not None:
            row.pause_wanted.connect(commands.pause)
            row.resume_wanted.connect(commands.resume)
            row.cancel_wanted.connect(commands.cancel)
            row.forget_wanted.connect(commands.forget)
        return row

    def _move(self, download_id: str, step: int) -> None:
        ids = list(self.rows)
        place = ids.index(download_id) + step
        if self._commands is not None and 0 <= place < len(ids):
            self._commands.move(download_id, place)

    def _head(self, theme: Theme) -> QWidget:
        head = QWidget()
        head.setFixedHeight(_HEAD_PX)
        row = QHBoxLayout(head)
        row.setContentsMargins(_SIDE_PX, 0, 26, 0)
        row.setSpacing(10)
        row.addWidget(Label(theme, tr(HEADING), "ui", weight=600))
        self.count = Label(theme, "", "small", "secondary", tabular=True)
        row.addWidget(self.count)
        row.addStretch()
        self.fold = IconButton(theme, "chevron-down", tr("Fold the downloads"), icon_px=16)
        self.fold.clicked.connect(self._turn)
        row.addWidget(self.fold)
        return head

    def _turn(self) -> None:
        folded = not self.area.isHidden()
        self.area.setVisible(not folded)
        if folded:
            self.fold.show_icon("chevron-up", tr("Show the downloads"))
        else:
            self.fold.show_icon("chevron-down", tr("Fold the downloads"))


def _height(layout: QLayout | None, width: int) -> int:
    if layout is None:
        return 0
    height = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else -1
    return height if height >= 0 else layout.sizeHint().height()
