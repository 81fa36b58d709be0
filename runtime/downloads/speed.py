"""The speed limit over all connections, and the speed of the last seconds."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

WINDOW_S = 5.0
_BURST_S = 0.25


class SpeedLimit:
    """A token bucket that all connections of all downloads share."""

    def __init__(self, bytes_per_s: int = 0, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._bytes_per_s = max(0, bytes_per_s)
        self._free_at_s = clock()

    def set(self, bytes_per_s: int) -> None:
        """From now on `bytes_per_s`; 0 is no limit. Debts of an older limit are forgotten."""
        with self._lock:
            self._bytes_per_s = max(0, bytes_per_s)
            self._free_at_s = self._clock()

    def take(self, size_bytes: int) -> float:
        """Count `size_bytes`, and say how many seconds to rest now that they have come."""
        if not self._bytes_per_s:
            return 0.0
        with self._lock:
            if not self._bytes_per_s:
                return 0.0
            now_s = self._clock()
            start_s = max(self._free_at_s, now_s - _BURST_S)
            self._free_at_s = start_s + size_bytes / self._bytes_per_s
            return max(0.0, self._free_at_s - now_s)


class Meter:
    """Counts the bytes of one download that came over the network."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.total_bytes = 0

    def add(self, size_bytes: int) -> None:
        with self._lock:
            self.total_bytes += size_bytes


class SpeedWindow:
    """Speed over the last `WINDOW_S`, from a count that only grows."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque()

    def add(self, now_s: float, total_bytes: int) -> None:
        self._samples.append((now_s, total_bytes))
        while len(self._samples) > 2 and self._samples[1][0] <= now_s - WINDOW_S:
            self._samples.popleft()

    def clear(self) -> None:
        self._samples.clear()

    def bytes_per_s(self) -> float | None:
        """None while less than half a second is known."""
        if len(self._samples) < 2:
            return None
        (first_s, first), (last_s, last) = self._samples[0], self._samples[-1]
        if last_s - first_s < 0.5:
            return None
        return max(0.0, (last - first) / (last_s - first_s))


def left_s(left_bytes: int, bytes_per_s: float | None) -> float | None:
    """Seconds left at this speed, None when it can't be said."""
    if bytes_per_s is None or bytes_per_s < 1.0:
        return None
    return left_bytes / bytes_per_s
