"""Looks at this machine on a thread of its own, for the first-run page."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, Qt, Signal

from app.first_run_state import FirstLook
from app.posting import post


class BackgroundChecks(QObject):
    """`found` carries each `FirstLook`, on the thread this object belongs to."""

    found = Signal(object)
    _arrived = Signal(object)

    def __init__(
        self, look: Callable[[], Iterable[FirstLook]], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._look = look
        self._arrived.connect(self.found, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        threading.Thread(target=self._run, name="checks", daemon=True).start()

    def _run(self) -> None:
        for look in self._look():
            post(self._arrived, look)
