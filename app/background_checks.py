"""Looks at this machine on a thread of its own, for the first-run page."""

from __future__ import annotations

import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal

from app.check_view import CheckView


class BackgroundChecks(QObject):
    """`done` carries the checks, on the thread this object belongs to."""

    done = Signal(object)
    _found = Signal(object)

    def __init__(
        self, look: Callable[[], tuple[CheckView, ...]], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._look = look
        self._found.connect(self.done, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        threading.Thread(target=self._run, name="checks", daemon=True).start()

    def _run(self) -> None:
        self._found.emit(self._look())
