"""`python -m app.gpu_nvml`: NVIDIA's GPUs as one JSON object; its driver may hang this process."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import msgspec


class NvidiaGpu(msgspec.Struct, frozen=True):
    """What the driver says; None for what this GPU does not tell (unified memory has no total).

    An idle GPU lowers `pcie_generation` and raises it again at work; `pcie_max_generation` and
    `pcie_max_width` are the most this GPU and its slot can do together.
    """

    name: str
    driver: str
    vram_total_bytes: int | None = None
    vram_free_bytes: int | None = None
    compute_capability: str = ""
    pcie_generation: int | None = None
    pcie_width: int | None = None
    pcie_max_generation: int | None = None
    pcie_max_width: int | None = None
    power_limit_w: float | None = None


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
    power_limit_mw = _extra(nvml, nvml.nvmlDeviceGetEnforcedPowerLimit, handle)
    return NvidiaGpu(
        nvml.nvmlDeviceGetName(handle),
        driver,
        int(memory.total) if memory else None,
        int(memory.free) if memory else None,
        "{}.{}".format(*capability) if capability else "",
        pcie_generation=_extra(nvml, nvml.nvmlDeviceGetCurrPcieLinkGeneration, handle),
        pcie_width=_extra(nvml, nvml.nvmlDeviceGetCurrPcieLinkWidth, handle),
        pcie_max_generation=_extra(nvml, nvml.nvmlDeviceGetMaxPcieLinkGeneration, handle),
        pcie_max_width=_extra(nvml, nvml.nvmlDeviceGetMaxPcieLinkWidth, handle),
        power_limit_w=None if power_limit_mw is None else power_limit_mw / 1000,
    )


def _told(nvml: Any, ask: Callable[[], Any]) -> Any:
    """What this GPU tells, None for what it does not."""
    try:
        return ask()
    except nvml.NVMLError as error:
        if error.value != nvml.NVML_ERROR_NOT_SUPPORTED:
            raise
        return None


def _extra(nvml: Any, ask: Callable[[Any], Any], handle: Any) -> int | None:
    """A fact that is not worth an error: None whatever keeps the driver from telling it, and for
    the 0 of links that are no PCIe and of virtual GPUs.
    """
    try:
        return int(ask(handle)) or None
    except nvml.NVMLError:
        return None


def main() -> None:
    import pynvml

    sys.stdout.buffer.write(msgspec.json.encode(ask_driver(pynvml)) + b"\n")


if __name__ == "__main__":
    main()
