"""`python -m app.gpu_nvml`: NVIDIA's GPUs as one JSON object; its driver may hang this process."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import msgspec


class NvidiaGpu(msgspec.Struct, frozen=True):
    """What the driver says; None for what this GPU does not tell (unified memory has no total)."""

    name: str
    driver: str
    vram_total_bytes: int | None = None
    vram_free_bytes: int | None = None
    compute_capability: str = ""


class NvidiaAnswer(msgspec.Struct, frozen=True):
    """`error` is the driver's own sentence, "" when all is well or there is no driver at all."""

    gpus: tuple[NvidiaGpu, ...] = ()
    error: str = ""


def ask_driver(nvml: Any) -> NvidiaAnswer:
    """Every NVIDIA GPU. `nvml` is the module pynvml, or one like it."""
    try:
        nvml.nvmlInit()
    except nvml.NVMLError as error:
        absent = error.value == nvml.NVML_ERROR_LIBRARY_NOT_FOUND
        return NvidiaAnswer(error="" if absent else str(error))
    try:
        driver = nvml.nvmlSystemGetDriverVersion()
        handles = [nvml.nvmlDeviceGetHandleByIndex(i) for i in range(nvml.nvmlDeviceGetCount())]
        return NvidiaAnswer(tuple(_gpu(nvml, handle, driver) for handle in handles))
    except nvml.NVMLError as error:
        return NvidiaAnswer(error=str(error))


def _gpu(nvml: Any, handle: Any, driver: str) -> NvidiaGpu:
    memory = _told(nvml, lambda: nvml.nvmlDeviceGetMemoryInfo(handle))
    capability = _told(nvml, lambda: nvml.nvmlDeviceGetCudaComputeCapability(handle))
    return NvidiaGpu(
        nvml.nvmlDeviceGetName(handle),
        driver,
        int(memory.total) if memory else None,
        int(memory.free) if memory else None,
        "{}.{}".format(*capability) if capability else "",
    )


def _told(nvml: Any, ask: Callable[[], Any]) -> Any:
    """What this GPU tells, None for what it does not."""
    try:
        return ask()
    except nvml.NVMLError as error:
        if error.value != nvml.NVML_ERROR_NOT_SUPPORTED:
            raise
        return None


def main() -> None:
    import pynvml

    sys.stdout.buffer.write(msgspec.json.encode(ask_driver(pynvml)) + b"\n")


if __name__ == "__main__":
    main()
