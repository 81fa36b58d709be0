"""NVIDIA's own energy counters of the GPUs that this process uses."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

ReadGpus = Callable[[], dict[str, int]]
"""Millijoules so far of each GPU by its unique id; empty where none can be read."""


def gpu_counters(on_gpu: bool) -> ReadGpus | None:
    """The counters to read around an answer; None for a model that has nothing on a GPU.

    Ask once it is loaded. NVML is loaded only here: its driver may be missing, or take its time.
    """
    return reader_of(_nvml()) if on_gpu else None


def reader_of(nvml: Any, pid: int | None = None) -> ReadGpus:
    """Reads through `nvml`: the module pynvml after nvmlInit or one like it, None without one."""
    if nvml is None:
        return dict
    handles = _used_by(nvml, os.getpid() if pid is None else pid)
    return lambda: _readings(nvml, handles)


def joules_of_gpus(earlier: dict[str, int], later: dict[str, int]) -> float | None:
    """Joules between two readings, None where no counter was there both times.

    The counters are 64 bits wide: one that fell was set back by its driver and says nothing.
    """
    known = [later[name] - before for name, before in earlier.items() if name in later]
    rising = [millijoules for millijoules in known if millijoules >= 0]
    return sum(rising) / 1000 if rising and len(rising) == len(earlier) else None


def _nvml() -> Any:
    try:
        import pynvml
    except ImportError:
        return None
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return None
    return pynvml


def _used_by(nvml: Any, pid: int) -> dict[str, Any]:
    """The GPUs on which the driver lists this process; all of them where it lists it on none, as
    in a container, where it has another number.
    """
    try:
        count = nvml.nvmlDeviceGetCount()
        handles = [nvml.nvmlDeviceGetHandleByIndex(index) for index in range(count)]
        named = {str(nvml.nvmlDeviceGetUUID(handle)): handle for handle in handles}
    except nvml.NVMLError:
        return {}
    used = {name: handle for name, handle in named.items() if pid in _pids(nvml, handle)}
    return used or named


def _pids(nvml: Any, handle: Any) -> Iterable[int]:
    try:
        return [process.pid for process in nvml.nvmlDeviceGetComputeRunningProcesses(handle)]
    except nvml.NVMLError:
        return ()


def _readings(nvml: Any, handles: dict[str, Any]) -> dict[str, int]:
    """All of them or none: part of what the GPUs took would pass for the whole."""
    try:
        return {
            name: int(nvml.nvmlDeviceGetTotalEnergyConsumption(handle))
            for name, handle in handles.items()
        }
    except nvml.NVMLError:
        return {}
