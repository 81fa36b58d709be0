"""This computer's GPUs and host as a placement needs them: asked, measured, or supposed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from app.engine_probe import EngineDevice, EngineFacts, EngineProbe
from app.gpu_catalog import (
    DRIVER_BYTES,
    GpuCatalog,
    GpuSheet,
    as_gpu,
    has_host_buffer,
    pcie_bytes_per_s,
    shipped_catalog,
)
from app.gpu_probe import Gpu as SeenGpu
from app.gpu_probe import GpuProbe
from app.machine import Machine, read_machine
from app.machine_readings import MachineReadings, host_cores, read_readings
from app.paths import Paths
from runtime.errors import CoterieError
from runtime.language import tr
from runtime.placement.hardware import Gpu, Hardware, Host

# A processor's own graphics: about the least that llama.cpp runs on (no data sheet is asked).
INTEGRATED_FLOPS_PER_S = 1e12
# What the system and a desktop hold of memory that is only supposed, never over a tenth.
SYSTEM_BYTES = 2_000_000_000


@dataclass(frozen=True)
class ReadHardware:
    """The hardware with what it was put together from; `notes` are for people."""

    hardware: Hardware
    machine: Machine
    engine: EngineFacts
    readings: MachineReadings
    notes: tuple[str, ...]


def gather(paths: Paths, model: Path | None = None) -> ReadHardware:
    """Asks the drivers in child processes; what was measured before is not measured again.

    `model` is the file whose disk counts, without one the disk that models are kept on.
    Raises CoterieError of kind "gpus_missing".
    """
    catalog = shipped_catalog()
    engine_probe, gpu_probe = EngineProbe(), GpuProbe()
    machine = read_machine(paths.models_dir, gpu_probe)
    engine = engine_probe.facts()
    # Only now: the engine's start would share the processor with the measuring.
    readings = read_readings(machine, paths.cache_dir, model or paths.models_dir)
    return ReadHardware(
        read_hardware(machine, engine, readings, catalog),
        machine,
        engine,
        readings,
        (*gpu_notes(machine, engine, catalog), *readings.notes),
    )


def read_hardware(
    machine: Machine, engine: EngineFacts, readings: MachineReadings, catalog: GpuCatalog
) -> Hardware:
    """ggml's devices with their drivers' and data sheets' numbers, and the host."""
    features = engine.described.features if engine.described else machine.processor.features
    host = Host(
        total_bytes=machine.memory.total_bytes,
        free_bytes=machine.memory.available_bytes,
        cores=host_cores(machine),
        bandwidth_bytes_per_s=readings.bandwidth_bytes_per_s,
        core_flops_per_s=readings.core_flops_per_s,
        disk_read_bytes_per_s=readings.disk_read_bytes_per_s,
        features=frozenset(features or ()),
    )
    gpus = (
        _integrated(device, host) if device.kind == "igpu" else _gpu(device, seen, catalog)
        for device, seen in _joined(machine, engine)
    )
    return Hardware(tuple(gpus), host)


def gpu_notes(machine: Machine, engine: EngineFacts, catalog: GpuCatalog) -> tuple[str, ...]:
    """What to doubt of the GPUs' numbers, and GPUs that are there and not used."""
    notes = []
    joined = _joined(machine, engine)
    for device, seen in joined:
        if device.kind == "igpu":
            notes.append(
                tr("The speed of {device} is supposed, not known.", device=device.description)
            )
        elif not _sheet(device, seen, catalog)[1]:
            notes.append(
                tr(
                    "{device} is not in the list of known GPUs: it is taken for as slow "
                    "as the slowest known one with as much memory.",
                    device=device.description,
                )
            )
    answering = [gpu.name for gpu in machine.gpus.found if gpu.answers]
    if answering and not joined:
        notes.append(tr("The engine does not use {gpus}.", gpus=", ".join(answering)))
    return tuple(notes)


def what_if(
    hardware: Hardware,
    *,
    gpu: GpuSheet | None = None,
    vram_bytes: int | None = None,
    ram_bytes: int | None = None,
    catalog: GpuCatalog | None = None,
) -> Hardware:
    """The same computer with another GPU, or with other amounts of memory; 0 is no GPU.

    `vram_bytes` is each GPU's total; without `gpu` and any GPU here it is a supposed one, "GPU".
    """
    gpus, host = hardware.gpus, hardware.host
    if vram_bytes == 0:
        gpus = ()
    elif gpu is not None:
        gpus = (as_gpu(gpu, total_bytes=vram_bytes),)
    elif vram_bytes is not None and not gpus:
        gpus = (as_gpu((catalog or shipped_catalog()).generic(vram_bytes)),)
    elif vram_bytes is not None:
        free_bytes = max(0, vram_bytes - DRIVER_BYTES)
        gpus = tuple(replace(one, total_bytes=vram_bytes, free_bytes=free_bytes) for one in gpus)
    if ram_bytes is not None:
        free_bytes = ram_bytes - min(SYSTEM_BYTES, ram_bytes // 10)
        host = replace(host, total_bytes=ram_bytes, free_bytes=free_bytes)
    return Hardware(gpus, host)


def _joined(
    machine: Machine, engine: EngineFacts
) -> tuple[tuple[EngineDevice, SeenGpu | None], ...]:
    """ggml's GPUs, each with the driver's facts of it where they were found.

    CUDA lists the fastest first or what a variable leaves, NVML all by slot: so by name, and by
    order among equal ones.
    """
    devices = engine.described.devices if engine.described else ()
    # llama.cpp v0.5.0 uses a processor's own graphics only where there is no other GPU.
    used = [device for device in devices if device.kind == "gpu"] or [
        device for device in devices if device.kind == "igpu"
    ]
    return tuple(_pairs(used, [gpu for gpu in machine.gpus.found if gpu.answers]))


def _pairs(
    devices: list[EngineDevice], seen: list[SeenGpu]
) -> Iterator[tuple[EngineDevice, SeenGpu | None]]:
    for device in devices:
        name = _card_name(device)
        match = next((gpu for gpu in seen if gpu.name == name), None)
        if match is not None:
            seen.remove(match)
        yield device, match


def _sheet(
    device: EngineDevice, seen: SeenGpu | None, catalog: GpuCatalog
) -> tuple[GpuSheet, bool]:
    """The data sheet and True, or a supposed one and False."""
    total_bytes = _total_bytes(device, seen)
    try:
        return catalog.find(_card_name(device), None if _sliced(device) else total_bytes), True
    except CoterieError:
        return catalog.generic(total_bytes or 0), False


def _card_name(device: EngineDevice) -> str:
    """Without ggml's " (dev p0 …)", Vulkan's " (RADV NAVI31)" and NVIDIA's " MIG 3g.40gb"."""
    return device.description.partition(" MIG ")[0].partition(" (")[0]


def _sliced(device: EngineDevice) -> bool:
    """Whether it is a part of a card (MIG), with about that part of its speed."""
    return " MIG " in device.description


def _total_bytes(device: EngineDevice, seen: SeenGpu | None) -> int | None:
    return device.total_bytes or (seen.vram_total_bytes if seen else None)


def _gpu(device: EngineDevice, seen: SeenGpu | None, catalog: GpuCatalog) -> Gpu:
    sheet, _ = _sheet(device, seen, catalog)
    total_bytes = _total_bytes(device, seen)
    told = [device.free_bytes] if device.total_bytes else []
    if seen and seen.vram_free_bytes is not None:
        told.append(seen.vram_free_bytes)
    gpu = as_gpu(sheet, device.name, total_bytes, min(told, default=None))
    share = min(1.0, gpu.total_bytes / sheet.usable_bytes) if _sliced(device) else 1.0
    return replace(
        gpu,
        label=device.description,
        bandwidth_bytes_per_s=gpu.bandwidth_bytes_per_s * share,
        matmul_flops_per_s=gpu.matmul_flops_per_s * share,
        pcie_bytes_per_s=_pcie(sheet, seen),
    )


def _pcie(sheet: GpuSheet, seen: SeenGpu | None) -> float:
    """The link at work: an idle GPU lowers its generation, and a slot may have fewer lanes."""
    if seen is None:
        return pcie_bytes_per_s(sheet.pcie_generation, sheet.pcie_width)
    generation = seen.pcie_max_generation or seen.pcie_generation or sheet.pcie_generation
    width = seen.pcie_width or seen.pcie_max_width or sheet.pcie_width
    return pcie_bytes_per_s(generation, width)


def _integrated(device: EngineDevice, host: Host) -> Gpu:
    """Graphics inside the processor: they read the host's memory at the host's rate."""
    total_bytes = device.total_bytes or host.total_bytes
    return Gpu(
        name=device.name,
        label=device.description,
        total_bytes=total_bytes,
        free_bytes=min(device.free_bytes or host.free_bytes, host.free_bytes),
        bandwidth_bytes_per_s=host.bandwidth_bytes_per_s,
        matmul_flops_per_s=INTEGRATED_FLOPS_PER_S,
        pcie_bytes_per_s=host.bandwidth_bytes_per_s,
        has_host_buffer=has_host_buffer(device.name),
    )
