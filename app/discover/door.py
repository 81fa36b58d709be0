"""Stands for what is behind the Models page until it is wanted: the window must not wait for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from app.discover.room import ModelRoom


class ModelDoor(QObject):
    """`opened` carries the `ModelRoom`, once."""

    opened = Signal(object)

    def __init__(self, make_room: Callable[[], ModelRoom], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._make_room = make_room
        self._room: ModelRoom | None = None
        self._closed = False

    def open(self) -> ModelRoom:
        """The room, made now if nobody wanted it before."""
        if self._room is None:
            self._room = self._make_room()
            self.opened.emit(self._room)
        return self._room

    def take_up_downloads(self, has_unfinished: Callable[[], bool]) -> None:
        """Go on with downloads of an earlier run; without any the room stays shut."""
        if not self._closed and has_unfinished():
            self.open().downloads.take_up()

    def close(self) -> None:
        self._closed = True
        if self._room is not None:
            self._room.close()
