"""Energy of one answer: from the machine's own counters where they can be read, else estimated."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from runtime.protocol.messages import Energy

# Rated desktop and server CPUs lie near 8 W a core (65 W / 8 cores, 360 W / 48 cores).
ESTIMATED_W_PER_BUSY_CORE = 8.0
POWERCAP = Path("/sys/class/powercap")


@dataclass(frozen=True)
class CounterReading:
    """One package counter: microjoules so far and where it wraps around."""

    energy_uj: int
    wraps_at_uj: int


def joules_between(earlier: CounterReading, later: CounterReading) -> float:
    """Joules between two readings of one counter, one wrap-around allowed for."""
    difference = later.energy_uj - earlier.energy_uj
    if difference < 0:
        difference += earlier.wraps_at_uj
    return difference / 1e6


def read_packages(root: Path = POWERCAP) -> dict[str, CounterReading]:
    """Every readable CPU package counter (RAPL), empty where the system does not let us."""
    readings = {}
    for folder in sorted(root.glob("intel-rapl:*")):
        if folder.name.count(":") != 1:
            continue
        try:
            readings[folder.name] = CounterReading(
                int((folder / "energy_uj").read_text()),
                int((folder / "max_energy_range_uj").read_text()),
            )
        except (OSError, ValueError):
            continue
    return readings


class EnergyMeter:
    """Starts with the answer; `stop` gives what it took."""

    def __init__(self, read: Callable[[], dict[str, CounterReading]] = read_packages) -> None:
        self._read = read
        self._before = read()
        self._cpu_before_s = time.process_time()

    def stop(self) -> Energy:
        after = self._read()
        joules = sum(
            joules_between(before, after[name])
            for name, before in self._before.items()
            if name in after
        )
        if joules > 0:
            return Energy(joules, "measured", "CPU package counter, other programs included")
        busy_s = time.process_time() - self._cpu_before_s
        return Energy(
            busy_s * ESTIMATED_W_PER_BUSY_CORE,
            "estimated",
            f"{ESTIMATED_W_PER_BUSY_CORE:.0f} W for each busy core: no power counter can be read",
        )
