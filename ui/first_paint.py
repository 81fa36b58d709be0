"""Tells when a window has been drawn for the first time."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

# A window that starts minimised is not drawn; what waits for the picture goes on all the same.
LONGEST_WAIT_MS = 500


class FirstPaint(QObject):
    """Calls `then` once, after the window's first picture is on the screen."""

    def __init__(self, window: QWidget, then: Callable[[], object]) -> None:
        super().__init__(window)
        self._then: Callable[[], object] | None = then
        window.installEventFilter(self)
        QTimer.singleShot(LONGEST_WAIT_MS, self, self._tell)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # It is drawn while this event is handled; the timer fires after that.
        if event.type() == QEvent.Type.UpdateRequest:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self, self._tell)
        return False

    def _tell(self) -> None:
        then, self._then = self._then, None
        if then is not None:
            then()
