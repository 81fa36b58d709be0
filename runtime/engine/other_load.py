"""How much CPU other programs use now: the whole machine's busy time less this process's."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class CpuReading:
    """Seconds since boot or start: wall clock, all cores' busy time, this process's CPU time."""

    wall_s: float
    busy_s: float
    own_s: float


def read_cpu() -> CpuReading:
    times = psutil.cpu_times()
    idle_s = times.idle + getattr(times, "iowait", 0.0)
    # guest time is counted in user time already.
    guest_s = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)
    busy_s = sum(times) - idle_s - guest_s
    return CpuReading(time.monotonic(), busy_s, time.process_time())


def others_cores(earlier: CpuReading, later: CpuReading) -> float:
    """Cores other programs kept busy between two readings, 0 or more."""
    elapsed_s = max(later.wall_s - earlier.wall_s, 1e-6)
    others_s = (later.busy_s - earlier.busy_s) - (later.own_s - earlier.own_s)
    return max(0.0, others_s / elapsed_s)


class OtherLoad:
    """A running estimate over windows of at least `window_s`; /proc/stat counts 10 ms ticks."""

    def __init__(self, window_s: float = 0.3, read: Callable[[], CpuReading] = read_cpu) -> None:
        self._window_s = window_s
        self._read = read
        self._last = read()
        self._cores: float | None = None

    def now(self) -> float | None:
        """Cores used by others over the newest full window, None before the first."""
        if time.monotonic() - self._last.wall_s < self._window_s:
            return self._cores
        reading = self._read()
        self._cores = others_cores(self._last, reading)
        self._last = reading
        return self._cores
