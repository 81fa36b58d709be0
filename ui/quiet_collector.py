"""Looks for garbage in cycles when nobody waits: a full search holds the window up for 40 ms."""

from __future__ import annotations

import gc
from collections.abc import Callable
from time import monotonic

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 60_000
# However long an answer takes, garbage does not heap up longer than this.
LONGEST_S = 600.0
# Python's own full search (generation 2) never comes by itself; the quick ones do.
_NEVER = 1_000_000


def keep_full_searches_back() -> None:
    """What is there now stays: it is never looked through again."""
    gc.collect()
    gc.freeze()
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, _NEVER)


class QuietCollector(QObject):
    """`is_quiet` says whether nothing moves in the window just now."""

    def __init__(self, is_quiet: Callable[[], bool], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._is_quiet = is_quiet
        self._searched_at_s = monotonic()
        timer = QTimer(self, interval=EVERY_MS)
        timer.timeout.connect(self.search)
        timer.start()

    def search(self) -> None:
        """Search now if it is quiet, or was not for too long."""
        now_s = monotonic()
        if self._is_quiet() or now_s - self._searched_at_s > LONGEST_S:
            gc.collect()
            self._searched_at_s = now_s
