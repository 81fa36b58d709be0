"""Warnings before it hurts: what the last seconds of samples say, each with what would help."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from app import number_text
from app.dashboard.held_devices import HeldDevice, LoadedMemory, held_devices
from app.dashboard.machine_sample import GpuSample, MachineSample
from app.dashboard.state import MemoryWarning, Remedy
from runtime.errors import Problem
from runtime.language import marked, tr, tr_n
from runtime.placement.kv_layout import KV_BLOCK_BYTES
from runtime.placement.pressure import RELIEVED_BYTES, SHORT_BYTES
from runtime.placement.residence import HOST

GPU_SPILL, EVICTED, SWAPPED = "gpu_spill", "weights_evicted", "engine_swapped"
GPU_HOT, GPU_POWER, CPU_HOT = "gpu_hot", "gpu_power_held", "cpu_hot"
KEPT_S = 10.0
# Fewer seconds than this say little: a first touch of something also reads from disk.
LEAST_S = 1.5
# A wait for the disk takes 0.1 ms (NVMe) to 10 ms (a hard disk): these are 0.5 to 50 % of the time.
MANY_FAULTS_PER_S = 50.0
# How much one wait reads differs: where a disk reads 8 MiB ahead, the starter's 424 MiB came back
# in 33 waits. A SATA SSD needs 6 % of its time for this, a hard disk 20 %.
MUCH_READ_BYTES_PER_S = 32e6
# Idle corners of a process are swapped out without harm.
MUCH_SWAPPED_BYTES = 64 << 20
# Slowed down in so much of the time.
OFTEN = 0.5
LEAST_N_CTX = 4096
_BUTTONS: dict[Remedy, str] = {
    "smaller_context": marked("Use a smaller context"),
    "q8_kv": marked("Keep the KV cache as q8_0"),
    "plan": marked("Open the plan"),
}


def kept(samples: Sequence[MachineSample], new: MachineSample) -> tuple[MachineSample, ...]:
    """The samples that count, oldest first, with `new`."""
    recent = (sample for sample in samples if new.at_s - sample.at_s <= KEPT_S)
    return (*recent, new)


def memory_warnings(
    samples: Sequence[MachineSample],
    loaded: LoadedMemory | None,
    answering_since_s: float | None,
) -> tuple[MemoryWarning, ...]:
    """The gravest first. `answering_since_s` is time.monotonic(), None while nothing answers."""
    if not samples or loaded is None:
        return ()
    now = samples[-1]
    held = held_devices(now, loaded)
    began_s = math.inf if answering_since_s is None else answering_since_s
    answering = [sample for sample in samples if sample.at_s >= began_s]
    return (
        *_spills(held, loaded),
        *_evictions(answering, held[-1], loaded),
        *_swapping(now, held[-1], loaded),
        *_throttling(answering),
    )


def expert_layers_to_move(loaded: LoadedMemory, free_bytes: int) -> int:
    """How many more layers' experts should leave the GPU; 0 where none are left to move."""
    layout, placement = loaded.layout, loaded.placement
    left = len(layout.expert_layers) - len(placement.cpu_expert_layers)
    if left <= 0:
        return 0
    layer_bytes = max(layer.routed_bytes for layer in layout.layers)
    return min(left, max(1, math.ceil((RELIEVED_BYTES - free_bytes) / layer_bytes)))


def disk_waits(samples: Sequence[MachineSample]) -> tuple[float, float] | None:
    """How often the worker waited for the disk, and the bytes it read, both per second; None
    where too little is known.
    """
    if len(samples) < 2 or samples[-1].at_s - samples[0].at_s < LEAST_S:
        return None
    before, after = samples[0].worker, samples[-1].worker
    if before is None or after is None:
        return None
    if before.major_faults is None or after.major_faults is None:
        return None
    seconds = samples[-1].at_s - samples[0].at_s
    read_bytes = (after.read_bytes or 0) - (before.read_bytes or 0)
    return max(0, after.major_faults - before.major_faults) / seconds, max(0, read_bytes) / seconds


def remedy_for(loaded: LoadedMemory, kv_bytes: int, short_bytes: int) -> Remedy:
    """The smallest change that frees `short_bytes` where the KV cache has `kv_bytes`."""
    placement = loaded.placement
    halved = 1 - KV_BLOCK_BYTES["q8_0"] / KV_BLOCK_BYTES["f16"]
    if placement.kv_type == "f16" and kv_bytes * halved >= short_bytes:
        return "q8_kv"
    if placement.n_ctx >= 2 * LEAST_N_CTX and kv_bytes / 2 >= short_bytes:
        return "smaller_context"
    return "plan"


def _spills(held: Sequence[HeldDevice], loaded: LoadedMemory) -> Iterator[MemoryWarning]:
    for device in held:
        free = device.sample.free_bytes if device.sample else None
        if device.index == HOST or free is None or free >= SHORT_BYTES:
            continue
        if not device.held.total_bytes:
            continue
        more = expert_layers_to_move(loaded, free)
        remedy: Remedy = "relieve_gpu"
        if not more:
            remedy = remedy_for(loaded, device.held.kv_bytes, RELIEVED_BYTES - free)
        yield _warning(_spill(device.name, free, more), remedy, more)


def _evictions(
    answering: Sequence[MachineSample], host: HeldDevice, loaded: LoadedMemory
) -> Iterator[MemoryWarning]:
    waits = disk_waits(answering)
    if waits is None or not host.held.mapped_bytes:
        return
    rate, read_bytes_per_s = waits
    if rate >= MANY_FAULTS_PER_S or (rate and read_bytes_per_s >= MUCH_READ_BYTES_PER_S):
        missing = host.held.from_disk.total
        remedy = remedy_for(loaded, host.held.kv_bytes, missing)
        yield _warning(_evicted(rate, read_bytes_per_s), remedy)


def _swapping(
    now: MachineSample, host: HeldDevice, loaded: LoadedMemory
) -> Iterator[MemoryWarning]:
    swapped = (now.worker and now.worker.swapped_bytes) or 0
    if swapped >= MUCH_SWAPPED_BYTES:
        yield _warning(_swapped(swapped), remedy_for(loaded, host.held.kv_bytes, swapped))


def _throttling(answering: Sequence[MachineSample]) -> Iterator[MemoryWarning]:
    if len(answering) < 2 or answering[-1].at_s - answering[0].at_s < LEAST_S:
        return
    for index, gpu in enumerate(answering[-1].gpus):
        seen = [sample.gpus[index] for sample in answering if len(sample.gpus) > index]
        if _share(one.is_hot for one in seen) >= OFTEN:
            yield MemoryWarning(_hot(gpu))
        elif _share(one.is_power_held for one in seen) >= OFTEN:
            yield MemoryWarning(_power_held(gpu))
    before, after = answering[0].cpu_throttles, answering[-1].cpu_throttles
    if before is not None and after is not None and after > before:
        yield MemoryWarning(_cpu_hot())


def _share(flags: Iterable[bool]) -> float:
    listed = tuple(flags)
    return sum(listed) / len(listed) if listed else 0.0


def _warning(problem: Problem, remedy: Remedy, layers: int = 0) -> MemoryWarning:
    if remedy == "relieve_gpu":
        button = tr_n("Move {n} expert layer to RAM", "Move {n} expert layers to RAM", layers)
        return MemoryWarning(problem, remedy, button)
    return MemoryWarning(problem, remedy, tr(_BUTTONS[remedy]))


def _spill(name: str, free_bytes: int, layers: int) -> Problem:
    remedy = tr("Close programs that use the GPU, or let the model take less of it.")
    if layers:
        remedy = tr_n(
            "Move the experts of {n} layer to RAM; the chat is kept.",
            "Move the experts of {n} layers to RAM; the chat is kept.",
            layers,
        )
    return Problem(
        GPU_SPILL,
        tr("The GPU's memory is about to spill"),
        tr(
            "Only {mib} MiB of {device} are free. When it is full, answers may become many times "
            "slower",
            mib=max(0, free_bytes) >> 20,
            device=name,
        ),
        remedy,
    )


def _evicted(rate: float, read_bytes_per_s: float) -> Problem:
    return Problem(
        EVICTED,
        tr("Memory is too small: weights are read from disk again"),
        tr(
            "This answer waits for the disk {count} times a second, and reads {speed}",
            count=number_text.significant(rate, 2),
            speed=number_text.mib_per_s(read_bytes_per_s),
        ),
        tr("Close other programs, or let the model take less memory."),
    )


def _swapped(swapped_bytes: int) -> Problem:
    return Problem(
        SWAPPED,
        tr("The engine is partly swapped out to disk"),
        tr("{size} of its memory are in swap", size=number_text.gib_unit(swapped_bytes)),
        tr("Close other programs, or let the model take less memory."),
    )


def _hot(gpu: GpuSample) -> Problem:
    if gpu.temperature_c is None:
        message = tr("Heat holds the clock of {device} down", device=gpu.name)
    else:
        message = tr(
            "Heat holds the clock of {device} down: it is at {celsius} °C",
            device=gpu.name,
            celsius=round(gpu.temperature_c),
        )
    return Problem(
        GPU_HOT,
        tr("The GPU slows down because it is hot"),
        message,
        tr("Give it more air, or let it rest between answers."),
    )


def _power_held(gpu: GpuSample) -> Problem:
    if gpu.power_w is None:
        message = tr("{device} takes as much power as it is allowed", device=gpu.name)
    else:
        message = tr(
            "{device} takes {watts} W, as much power as it is allowed",
            device=gpu.name,
            watts=number_text.watts(gpu.power_w),
        )
    return Problem(
        GPU_POWER,
        tr("The GPU slows down at its power limit"),
        message,
        tr("A higher power limit makes it faster and costs more electricity."),
    )


def _cpu_hot() -> Problem:
    return Problem(
        CPU_HOT,
        tr("The processor slows down because it is hot"),
        tr("It lowered its clock during this answer"),
        tr("Give it more air, or let it rest between answers."),
    )
