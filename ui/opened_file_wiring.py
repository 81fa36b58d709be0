"""Brings the offers of opened files into the window, made when the first file is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.discover.door import ModelDoor
from app.local_models import LocalModels
from app.session import ChatSession
from ui.theme import Theme

if TYPE_CHECKING:
    from app.opened_file_desk import OpenedFileDesk
    from ui.window import MainWindow


class OpenedFiles(QObject):
    """Lives as long as the window."""

    def __init__(
        self,
        theme: Theme,
        window: MainWindow,
        session: ChatSession,
        shelf: LocalModels,
        door: ModelDoor,
    ) -> None:
        super().__init__(window)
        self._theme, self._window, self._session = theme, window, session
        self._shelf, self._door = shelf, door
        self._desk: OpenedFileDesk | None = None
        window.files_opened.connect(self._open)
        window.closing.connect(self._close)

    def _open(self, paths: tuple[str, ...]) -> None:
        if self._desk is None:
            self._desk = self._new_desk()
        self._desk.open(paths)

    def _new_desk(self) -> OpenedFileDesk:
        from app.opened_file_desk import OpenedFileDesk
        from ui.opened_file_bar import OpenedFileBar

        owned = self._door.open().owned
        desk = OpenedFileDesk(self._session, owned, lambda: self._shelf.folder, self)
        bar = OpenedFileBar(self._theme, desk)
        bar.loaded.connect(self._show_chats)
        desk.changed.connect(bar.show_view)
        self._session.changed.connect(desk.show_session)
        desk.show_session(self._session.state)
        self._window.put_above(bar)
        return desk

    def _show_chats(self) -> None:
        if not self._window.desk.is_first_run:
            self._window.desk.show_page("chats")

    def _close(self) -> None:
        if self._desk is not None:
            self._desk.close()
