"""A timer on the window's thread: what it is late by is what a frame would have had to wait."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Qt, QTimer

BEAT_MS = 5


class Beats(QObject):
    """Should fire every BEAT_MS; `taken_ms` is from each beat to the next."""

    def __init__(self) -> None:
        super().__init__()
        self._timer = QTimer(self, interval=BEAT_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._last_s = 0.0
        self.taken_ms: list[float] = []

    @property
    def late_ms(self) -> list[float]:
        """What each beat was late by."""
        return [max(0.0, taken - BEAT_MS) for taken in self.taken_ms]

    @property
    def longest_ms(self) -> float:
        """The longest stall."""
        return max(self.late_ms, default=0.0)

    def start(self) -> None:
        self._last_s = time.monotonic()
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def _beat(self) -> None:
        now_s = time.monotonic()
        self.taken_ms.append((now_s - self._last_s) * 1_000)
        self._last_s = now_s
