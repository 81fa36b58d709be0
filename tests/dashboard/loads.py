"""Loaded models for tests of the memory map: a true shape on a GPU and RAM, as it is logged."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from msgspec.structs import replace as changed

from app.dashboard.held_devices import LoadedMemory
from app.dashboard.machine_sample import GpuSample, MachineSample, WorkerMemory
from benchmarks.true_shapes.specs import SPECS
from benchmarks.true_shapes.writer import write_header
from runtime.gguf.reader import read_header
from runtime.placement.memory import HostWeights, host_weights
from runtime.placement.model_layout import ModelLayout, model_layout
from runtime.placement.plan import Plan, make_plan
from runtime.placement.search import Wishes, best_plan
from runtime.protocol.messages import DeviceMemory, MemoryUse
from tests.placement.machines import machine, situation

GIB, MIB = 1 << 30, 1 << 20
GPU = "NVIDIA GeForce RTX 4070"
# Of the worker: program, libraries, vocabulary.
ITSELF_BYTES, LIBRARIES_BYTES = 80 * MIB, 24 * MIB
CONTEXT_BYTES = 300 * MIB


def qwen(folder: Path) -> ModelLayout:
    """Qwen3-30B-A3B Q4_K_M, from a header as large models have it."""
    path = folder / "qwen.gguf"
    write_header(SPECS["qwen3-30b-a3b"], "Q4_K_M", path)
    return model_layout(read_header(path))


def plan_on(layout: ModelLayout, *gpus: str) -> Plan:
    """The best plan with 8,192 tokens of context."""
    where = situation(layout, machine(*gpus))
    return best_plan(where, Wishes(8192))


def loaded_by(layout: ModelLayout, plan: Plan, *gpus: str) -> tuple[LoadedMemory, HostWeights]:
    """As the engine would log `plan`, and how the host holds its weights."""
    hardware = machine(*gpus)
    held = host_weights(layout, plan.placement, hardware)
    named = tuple(
        replace(use, label=GPU) if index < len(gpus) else use
        for index, use in enumerate(plan.devices)
    )
    *cards, host = named
    devices = tuple(
        DeviceMemory(use.name, False, use.weights.total, use.kv_bytes, use.compute_bytes)
        for use in cards
    )
    ram = DeviceMemory("RAM", True, held.logged_bytes, host.kv_bytes, host.compute_bytes)
    memory = MemoryUse((*devices, ram), 0)
    return LoadedMemory(layout, plan.placement, memory, named, plan.disk_share), held


def mapped(layout: ModelLayout, **more: object) -> tuple[LoadedMemory, HostWeights, Plan]:
    """On a 12 GB card, the host's weights mapped."""
    gpus = ("RTX 4070",)
    plan = plan_on(layout, *gpus)
    placement = changed(plan.placement, load_mode="mmap", **more)
    plan = make_plan(situation(layout, machine(*gpus)), placement)
    loaded, held = loaded_by(layout, plan, *gpus)
    return loaded, held, plan


def worker(loaded: LoadedMemory, held: HostWeights, **more: object) -> WorkerMemory:
    """All of it in memory."""
    ram = loaded.memory.devices[-1]
    buffers = held.private_bytes + held.pinned_bytes + ram.kv_bytes + ram.compute_bytes
    anon = buffers + ITSELF_BYTES - LIBRARIES_BYTES
    in_files = held.span_bytes + LIBRARIES_BYTES
    whole = WorkerMemory(
        anon + in_files,
        anon,
        in_files,
        swapped_bytes=0,
        major_faults=0,
        read_bytes=0,
        model_mapped_bytes=held.span_bytes,
        model_resident_bytes=held.span_bytes,
        buffer_bytes=buffers,
    )
    return changed(whole, **more)


def sample(
    memory: WorkerMemory | None, *gpus: GpuSample, at_s: float = 0.0, **more: object
) -> MachineSample:
    """A computer of 64 GiB whose other programs have 6."""
    own = (memory.anon_bytes or 0) if memory else 0
    taken = MachineSample(
        at_s, 64 * GIB, 58 * GIB - own, cached_bytes=20 * GIB, worker=memory, gpus=gpus
    )
    return changed(taken, **more)


def card(loaded: LoadedMemory, free_bytes: int = 600 * MIB, **more: object) -> GpuSample:
    """The 12 GB card with `loaded` and the engine's context on it."""
    used = loaded.memory.devices[0]
    own = used.weights_bytes + used.kv_bytes + used.compute_bytes + CONTEXT_BYTES
    told = GpuSample(GPU, 12 * GIB, 12 * GIB - free_bytes, own)
    return changed(told, **more)
