"""Reads the machine once: memory, the worker, GPUs, power. Keeps what rates are counted from."""

from __future__ import annotations

import time
import warnings
from collections.abc import Sequence
from pathlib import Path

import psutil

from app.dashboard.gpu_child import READING_COMMAND, GpuChild
from app.dashboard.machine_sample import GpuSample, MachineSample
from app.dashboard.worker_memory import WorkerMemoryReader
from app.gpu_sysfs import seen_cards
from app.machine import memory
from runtime.cgroup import memory_limit
from runtime.worker.energy import CounterReading, joules_between, read_packages

_THROTTLES = "sys/devices/system/cpu"
_POWERCAP = "sys/class/powercap"


class MachineReading:
    """One thread calls it. `root` holds proc/, sys/ and dev/."""

    def __init__(
        self, root: Path = Path("/"), gpu_command: Sequence[str] = READING_COMMAND
    ) -> None:
        self._root = root
        self._gpus = GpuChild(gpu_command)
        self._worker = WorkerMemoryReader(root)
        self._packages: dict[str, CounterReading] = {}
        self._packages_at_s = 0.0
        # Both are looked for once: the search costs more than all readings.
        self._is_limited = memory_limit(root) is not None
        self._throttle_files = throttle_files(root)

    def read(self, worker_pid: int | None) -> MachineSample:
        """Now. Takes a few milliseconds, seldom some tens."""
        now_s = time.monotonic()
        host = psutil.virtual_memory()
        limit = memory_limit(self._root) if self._is_limited else None
        limited = memory(host.total, host.available, limit)
        return MachineSample(
            now_s,
            limited.total_bytes,
            limited.available_bytes,
            cached_bytes=int(getattr(host, "cached", 0)),
            swap_used_bytes=_swap_used_bytes(),
            is_container=limited.total_bytes < limited.host_total_bytes,
            worker=None if worker_pid is None else self._worker.read(worker_pid, now_s),
            gpus=(*self._gpus.ask(worker_pid, now_s), *other_gpus(self._root)),
            cpu_power_w=self._cpu_power_w(now_s),
            cpu_throttles=cpu_throttles(self._throttle_files),
        )

    def rest(self) -> None:
        """Nothing is read for a while."""
        self._gpus.rest()
        self._packages = {}

    def _cpu_power_w(self, now_s: float) -> float | None:
        """Mean of all packages since the reading before; None at the first."""
        before, began_s = self._packages, self._packages_at_s
        self._packages, self._packages_at_s = read_packages(self._root / _POWERCAP), now_s
        if not before or before.keys() != self._packages.keys() or now_s <= began_s:
            return None
        joules = sum(joules_between(before[name], now) for name, now in self._packages.items())
        return joules / (now_s - began_s)


def other_gpus(root: Path) -> tuple[GpuSample, ...]:
    """Cards of other makers than NVIDIA whose kernel driver tells their memory (amdgpu)."""
    return tuple(
        GpuSample(
            card.product or card.vendor,
            card.vram_total_bytes,
            card.vram_total_bytes - card.vram_free_bytes,
        )
        for card in seen_cards(root)
        if card.vendor != "NVIDIA"
        and card.vram_total_bytes is not None
        and card.vram_free_bytes is not None
    )


def cpu_throttles(files: Sequence[Path]) -> int | None:
    """How often all packages slowed down for heat since the start; None where it is not told."""
    try:
        return sum(int(path.read_text()) for path in files) if files else None
    except (OSError, ValueError):
        return None


def throttle_files(root: Path) -> tuple[Path, ...]:
    """The counter of one core of each package: all its cores tell the same."""
    found: dict[str, Path] = {}
    for cpu in sorted((root / _THROTTLES).glob("cpu[0-9]*")):
        path = cpu / "thermal_throttle/package_throttle_count"
        package = _text(cpu / "topology/physical_package_id")
        if package and _text(path).isdigit():
            found.setdefault(package, path)
    return tuple(found.values())


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def _swap_used_bytes() -> int:
    """psutil warns where the counters of swapping are hidden, as in containers."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return int(psutil.swap_memory().used)
