"""The memory map: what each device holds now by class, beside what was planned."""

from __future__ import annotations

from dataclasses import replace

from app.dashboard.held_devices import HeldDevice, LoadedMemory, held_devices
from app.dashboard.machine_sample import MachineSample
from app.dashboard.memory_how import explained
from app.dashboard.own_memory import Held, Weights, classed
from app.dashboard.state import DeviceMap, MemoryClass, MemoryMap, MemoryPart, MemoryWarning
from runtime.language import tr
from runtime.placement.memory import RAM, DeviceUse
from runtime.placement.residence import HOST

# Amounts are told in tenths of a GiB.
UNSEEN_BYTES = 16 << 20


def memory_map(
    sample: MachineSample,
    loaded: LoadedMemory | None = None,
    warnings: tuple[MemoryWarning, ...] = (),
) -> MemoryMap:
    """Every device: GPUs, RAM, and what of the model is not in memory where it is mapped."""
    held = held_devices(sample, loaded)
    *gpus, host = held
    devices = [*(_gpu_map(gpu, loaded) for gpu in gpus), _ram_map(host, sample, loaded)]
    if host.held.mapped_bytes and loaded is not None:
        devices.append(_disk_map(host, loaded))
    return MemoryMap(tuple(devices), warnings, explained(held, sample))


def settled(before: MemoryMap, now: MemoryMap) -> MemoryMap:
    """`before` while nothing in `now` is so different that it shows: memory never rests, and to
    draw the map is what costs most on its page.
    """
    if before.warnings != now.warnings or len(before.devices) != len(now.devices):
        return now
    same = all(map(_look_alike, before.devices, now.devices))
    return before if same else now


def _look_alike(one: DeviceMap, other: DeviceMap) -> bool:
    if replace(one, parts=other.parts) != other or len(one.parts) != len(other.parts):
        return False
    return all(
        a.memory_class == b.memory_class
        and a.planned_bytes == b.planned_bytes
        and abs(a.actual_bytes - b.actual_bytes) < UNSEEN_BYTES
        for a, b in zip(one.parts, other.parts, strict=True)
    )


def _gpu_map(gpu: HeldDevice, loaded: LoadedMemory | None) -> DeviceMap:
    """`used` by the driver; what is not the worker's is other programs'."""
    held, sample, planned = gpu.held, gpu.sample, gpu.planned
    total = (sample and sample.total_bytes) or (planned and planned.total_bytes) or held.total_bytes
    used = sample.used_bytes if sample and sample.used_bytes is not None else held.total_bytes
    others = min(max(0, used - held.total_bytes), max(0, total - held.total_bytes))
    own = _planned_parts(planned, Weights())
    return DeviceMap(
        sample.name if sample and not planned else gpu.name,
        "gpu",
        total,
        _parts(held, others, total, own),
        _layers(loaded, gpu.index),
    )


def _ram_map(host: HeldDevice, sample: MachineSample, loaded: LoadedMemory | None) -> DeviceMap:
    total, held = sample.total_bytes, host.held
    others = min(_other_programs(sample, held), max(0, total - held.total_bytes))
    away = _planned_on_disk(host, loaded) or Weights()
    parts = _parts(held, others, total, _planned_parts(host.planned, away))
    return DeviceMap(RAM, "ram", total, parts, _layers(loaded, HOST))


def _other_programs(sample: MachineSample, held: Held) -> int:
    """What is used and not the worker's. The kernel counts mapped files as available, since it can
    drop them; a container's limit counts them as used.
    """
    used = sample.total_bytes - sample.available_bytes
    worker = sample.worker
    if worker is None or worker.anon_bytes is None or sample.is_container:
        return max(0, used - held.total_bytes)
    return max(0, used - worker.anon_bytes - worker.shared_bytes)


def _disk_map(host: HeldDevice, loaded: LoadedMemory) -> DeviceMap:
    """Mapped weights that are not in memory: a token that needs them waits for the disk."""
    held = host.held
    planned = _planned_on_disk(host, loaded)
    sizes: tuple[tuple[MemoryClass, int, int | None], ...] = (
        ("dense", held.from_disk.dense, planned.dense if planned else None),
        ("shared", held.from_disk.shared, planned.shared if planned else None),
        ("routed", held.from_disk.routed, planned.routed if planned else None),
    )
    parts = tuple(MemoryPart(name, size, wanted) for name, size, wanted in sizes)
    words = tr(
        "Weights that are mapped out of the file and not in memory now. A token that needs them "
        "waits for the disk. Which ones they are is supposed: the kernel drops what is read least."
    )
    return DeviceMap(tr("From disk"), "disk", held.mapped_bytes, parts, (words,))


def _planned_on_disk(host: HeldDevice, loaded: LoadedMemory | None) -> Weights | None:
    """What memory was planned to be too small for; None where nothing was planned."""
    if loaded is None or host.planned is None:
        return None
    weights = classed(host.planned.weights)
    return weights.less(weights.without(round(loaded.disk_share * weights.total)))


def _planned_parts(use: DeviceUse | None, away: Weights) -> dict[MemoryClass, int]:
    if use is None:
        return {}
    weights = classed(use.weights).less(away)
    return {
        "dense": weights.dense,
        "shared": weights.shared,
        "routed": weights.routed,
        "kv": use.kv_bytes,
        "compute": use.compute_bytes,
    }


def _parts(
    held: Held, others_bytes: int, total_bytes: int, planned: dict[MemoryClass, int]
) -> tuple[MemoryPart, ...]:
    sizes: tuple[tuple[MemoryClass, int], ...] = (
        ("dense", held.weights.dense),
        ("shared", held.weights.shared),
        ("routed", held.weights.routed),
        ("kv", held.kv_bytes),
        ("compute", held.compute_bytes),
        ("other", held.itself_bytes + others_bytes),
        ("free", max(0, total_bytes - held.total_bytes - others_bytes)),
    )
    return tuple(MemoryPart(name, size, planned.get(name)) for name, size in sizes)


def _layers(loaded: LoadedMemory | None, index: int) -> tuple[str, ...]:
    if loaded is None:
        return ()
    return loaded.layers[index]
