"""Brings events from an engine's thread to the window's, several at a time."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal

from app.engine_host import Arrival


class EventInbox(QObject):
    """`post` may be called on any thread; `take` runs on this object's, for each in order.

    An arrival whose taking fails is lost, those behind it come in a further turn.
    """

    _waiting_now = Signal()

    def __init__(self, take: Callable[[Arrival], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._take = take
        self._lock = threading.Lock()
        self._waiting: deque[Arrival] = deque()
        self._closed = False
        self._waiting_now.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def post(self, arrival: Arrival) -> None:
        """One wake-up serves all that come before the window's thread gets to it."""
        with self._lock:
            if self._closed:
                return
            self._waiting.append(arrival)
            if len(self._waiting) == 1:
                self._waiting_now.emit()

    def close(self) -> None:
        """Take no more: an engine's last words may come when this object is gone."""
        with self._lock:
            self._closed = True

    def _deliver(self) -> None:
        with self._lock:
            arrived, self._waiting = self._waiting, deque()
        try:
            while arrived:
                self._take(arrived.popleft())
        finally:
            if arrived:
                self._put_back(arrived)

    def _put_back(self, arrived: deque[Arrival]) -> None:
        with self._lock:
            self._waiting.extendleft(reversed(arrived))
            self._waiting_now.emit()
