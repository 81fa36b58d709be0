"""Tries again after the hub could not be reached, later each time, and counts down meanwhile."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

FIRST_WAIT_S, LONGEST_WAIT_S = 8, 60


class Retrying(QObject):
    """`tick` is called each second of a wait with the seconds left, `again` at its end."""

    def __init__(
        self,
        tick: Callable[[int], None],
        again: Callable[[], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._tick, self._again = tick, again
        self._next_wait_s = FIRST_WAIT_S
        self._left_s = 0
        self._timer = QTimer(self, interval=1000)
        self._timer.timeout.connect(self._second)

    def wait(self, at_least_s: float = 0.0) -> None:
        """Begin to wait, if that has not begun."""
        if self._timer.isActive():
            return
        self._left_s = max(self._next_wait_s, round(at_least_s))
        self._next_wait_s = min(2 * self._next_wait_s, LONGEST_WAIT_S)
        self._timer.start()
        self._tick(self._left_s)

    def stop(self) -> None:
        self._timer.stop()

    def succeeded(self) -> None:
        """The next failure begins with a short wait again."""
        self.stop()
        self._next_wait_s = FIRST_WAIT_S

    def _second(self) -> None:
        self._left_s -= 1
        if self._left_s > 0:
            self._tick(self._left_s)
        else:
            self.stop()
            self._again()
