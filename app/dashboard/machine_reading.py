"""Reads the machine once: memory, the worker, GPUs. Keeps what rates are counted from."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from app.dashboard.gpu_child import READING_COMMAND, GpuChild
from app.dashboard.machine_sample import GpuSample, MachineSample
from app.dashboard.worker_memory import WorkerMemoryReader
from app.gpu_sysfs import seen_cards
from app.machine import memory
from runtime.cgroup import memory_limit

_THROTTLES = "sys/devices/system/cpu"


class MachineReading:
    """One thread calls it. `root` holds proc/, sys/ and dev/."""

    def __init__(
        self, root: Path = Path("/"), gpu_command: Sequence[str] = READING_COMMAND
    ) -> None:
        self._root = root
        self._gpus = GpuChild(gpu_command)
        self._worker = WorkerMemoryReader(root)
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
            is_container=limited.total_bytes < limited.host_total_bytes,
            worker=None if worker_pid is None else self._worker.read(worker_pid, now_s),
            gpus=(*self._gpus.ask(worker_pid, now_s), *other_gpus(self._root)),
            cpu_throttles=cpu_throttles(self._throttle_files),
        )

    def rest(self) -> None:
        """Nothing is read for a while."""
        self._gpus.rest()


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
