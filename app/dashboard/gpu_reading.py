"""`python -m app.dashboard.gpu_reading`: NVIDIA's GPUs now, a JSON line for each line it is given.

A line holds the process id of the worker, 0 without one. The driver may hang this process; it
ends with its standard input.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import msgspec

from app.dashboard.machine_sample import GpuSample

NVML_TEMPERATURE_GPU = 0
# nvml.h: nvmlClocksEventReason...
SW_POWER_CAP, SW_THERMAL, HW_THERMAL, HW_POWER_BRAKE = 0x4, 0x20, 0x40, 0x80


class GpuReading(msgspec.Struct, frozen=True):
    """`error` is the driver's own sentence; `is_absent` says that there is no such driver."""

    gpus: tuple[GpuSample, ...] = ()
    error: str = ""
    is_absent: bool = False


def open_driver(nvml: Any) -> GpuReading | None:
    """None when it answers. `nvml` is the module pynvml, or one like it."""
    try:
        nvml.nvmlInit()
    except nvml.NVMLError as error:
        absent = error.value == nvml.NVML_ERROR_LIBRARY_NOT_FOUND
        return GpuReading(error="" if absent else str(error), is_absent=absent)
    return None


def read_gpus(nvml: Any, worker_pid: int) -> GpuReading:
    """Every GPU, in the driver's order."""
    try:
        handles = [nvml.nvmlDeviceGetHandleByIndex(i) for i in range(nvml.nvmlDeviceGetCount())]
        return GpuReading(tuple(_gpu(nvml, handle, worker_pid) for handle in handles))
    except nvml.NVMLError as error:
        return GpuReading(error=str(error))


def _gpu(nvml: Any, handle: Any, worker_pid: int) -> GpuSample:
    def told(name: str, *more: Any) -> Any:
        """None for what this GPU, or this age of the driver, does not tell."""
        ask: Callable[..., Any] | None = getattr(nvml, name, None)
        try:
            return None if ask is None else ask(handle, *more)
        except nvml.NVMLError:
            return None

    memory = told("nvmlDeviceGetMemoryInfo")
    power_mw = told("nvmlDeviceGetPowerUsage")
    temperature = told("nvmlDeviceGetTemperature", NVML_TEMPERATURE_GPU)
    reasons = told("nvmlDeviceGetCurrentClocksThrottleReasons") or 0
    processes = told("nvmlDeviceGetComputeRunningProcesses")
    return GpuSample(
        nvml.nvmlDeviceGetName(handle),
        int(memory.total) if memory else None,
        int(memory.total) - int(memory.free) if memory else None,
        _of_worker(processes, worker_pid),
        None if power_mw is None else power_mw / 1000,
        None if temperature is None else float(temperature),
        is_hot=bool(reasons & (SW_THERMAL | HW_THERMAL)),
        is_power_held=bool(reasons & (SW_POWER_CAP | HW_POWER_BRAKE)),
    )


def _of_worker(processes: Any, worker_pid: int) -> int | None:
    """None where the driver tells no sizes (Windows), or hides processes (containers)."""
    for process in processes or ():
        if process.pid == worker_pid and process.usedGpuMemory is not None:
            return int(process.usedGpuMemory)
    return None


def main() -> None:
    import pynvml

    refusal = open_driver(pynvml)
    for line in sys.stdin.buffer:
        reading = refusal or read_gpus(pynvml, int(line))
        sys.stdout.buffer.write(msgspec.json.encode(reading) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
