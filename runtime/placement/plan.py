"""A plan: one placement with what it takes of each device and how fast it should be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from runtime.placement.calibration import Calibration
from runtime.placement.hardware import Hardware
from runtime.placement.memory import ComputeBuffers, DeviceUse, device_uses, host_weights
from runtime.placement.model_layout import ModelLayout
from runtime.placement.objective import Objective
from runtime.placement.residence import Residence, residence
from runtime.placement.speed import Speed, predicted_speed
from runtime.protocol.placement import Placement

GIB = 1 << 30
# What a plan leaves free: llama.cpp's own allocations, the driver's, and a page moving its window.
GPU_MARGIN_BYTES = 512 << 20
HOST_MARGIN_BYTES = 1 << 30

ComputeEstimate = Callable[[Placement, Residence], ComputeBuffers]


@dataclass(frozen=True)
class Situation:
    """All that a plan is made from, save the placement itself."""

    layout: ModelLayout
    hardware: Hardware
    objective: Objective
    calibration: Calibration
    compute: ComputeEstimate


@dataclass(frozen=True)
class Shortage:
    """A device that a plan does not fit on, and by how much."""

    device: str
    short_bytes: int


@dataclass(frozen=True)
class Plan:
    """`devices` are GPUs first, RAM last. `fits` is False when a GPU is short, or when what must
    be private on the host is; weights mapped out of a file may exceed it and are read again from
    disk, of which `disk_share` tells.
    """

    placement: Placement
    devices: tuple[DeviceUse, ...]
    speed: Speed
    turn_s: float
    shortages: tuple[Shortage, ...]
    disk_share: float
    compute_is_exact: bool

    @property
    def fits(self) -> bool:
        return not self.shortages


def make_plan(situation: Situation, placement: Placement) -> Plan:
    """What `placement` takes and gives."""
    layout, hardware, objective = situation.layout, situation.hardware, situation.objective
    where = residence(layout, placement)
    compute = situation.compute(placement, where)
    devices = device_uses(layout, placement, where, hardware, compute)
    disk_share = _disk_share(devices[-1], placement)
    speed = predicted_speed(
        layout,
        placement,
        where,
        hardware,
        situation.calibration,
        n_past=min(placement.n_ctx, objective.prompt_tokens + objective.answer_tokens // 2),
        disk_share=disk_share,
    )
    return Plan(
        placement,
        devices,
        speed,
        objective.turn_s(speed.prompt_tokens_per_s, speed.decode_tokens_per_s),
        _shortages(situation, devices, placement),
        disk_share,
        compute.is_exact,
    )


def uses(situation: Situation, placement: Placement) -> tuple[DeviceUse, ...]:
    """What `placement` takes, without asking how fast it is."""
    where = residence(situation.layout, placement)
    compute = situation.compute(placement, where)
    return device_uses(situation.layout, placement, where, situation.hardware, compute)


def fits(situation: Situation, placement: Placement) -> bool:
    """Whether `placement` leaves every device its margin."""
    return not _shortages(situation, uses(situation, placement), placement)


def _disk_share(host: DeviceUse, placement: Placement) -> float:
    """The part of the host's mapped weights that free memory does not hold."""
    if placement.load_mode not in ("mmap", "auto") or not host.weights.total:
        return 0.0
    short = host.used_bytes + HOST_MARGIN_BYTES - host.free_bytes
    return min(1.0, max(0, short) / host.weights.total)


def _shortages(
    situation: Situation, devices: tuple[DeviceUse, ...], placement: Placement
) -> tuple[Shortage, ...]:
    *gpus, host = devices
    found = [
        Shortage(gpu.label, GPU_MARGIN_BYTES - gpu.left_bytes)
        for gpu in gpus
        if gpu.used_bytes and gpu.left_bytes < GPU_MARGIN_BYTES
    ]
    short_bytes = HOST_MARGIN_BYTES - host.left_bytes
    if short_bytes > 0:
        # What is mapped out of the file can be read again; only the rest must be there.
        held = host_weights(situation.layout, placement, situation.hardware)
        short_bytes -= held.mapped_bytes
    if short_bytes > 0:
        found.append(Shortage(host.label, short_bytes))
    return tuple(found)
