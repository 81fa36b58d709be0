"""What the worker holds on each of its devices, from the engine's log and one reading."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from app.dashboard.layer_words import layer_words
from app.dashboard.machine_sample import GpuSample, MachineSample, WorkerMemory
from app.dashboard.own_memory import (
    Held,
    Weights,
    held_in_ram,
    held_on_gpu,
    weights_of_devices,
)
from app.gpu_sysfs import VENDORS
from runtime.placement.memory import RAM, DeviceUse
from runtime.placement.model_layout import ModelLayout
from runtime.placement.residence import HOST, Residence, residence
from runtime.protocol.messages import DeviceMemory, MemoryUse
from runtime.protocol.placement import Placement

ALL_LAYERS = 999
MAKERS = frozenset(VENDORS.values())


@dataclass(frozen=True)
class OwnDevice:
    """A GPU that the engine used although nothing was planned."""

    name: str
    label: str


@dataclass(frozen=True)
class LoadedMemory:
    """A loaded model: its header's layout, where it was put, what the engine logged.

    `planned` are the plan's devices, GPUs first and RAM last, empty where nothing was planned;
    `disk_share` is the plan's.
    """

    layout: ModelLayout
    placement: Placement
    memory: MemoryUse
    planned: tuple[DeviceUse, ...] = ()
    disk_share: float = 0.0

    # What never changes while the model is loaded is worked out once: samples come often.

    @cached_property
    def where(self) -> Residence:
        return residence(self.layout, self.placement)

    @cached_property
    def devices(self) -> tuple[DeviceUse | OwnDevice, ...]:
        """The GPUs, planned or only used, in ggml's order."""
        if self.planned:
            return self.planned[:-1]
        found = (device for device in self.memory.devices if not device.is_host)
        return tuple(OwnDevice(device.name, device.name) for device in found)

    @cached_property
    def weights(self) -> tuple[Weights, ...]:
        """What belongs on each of `devices`, and last on the host."""
        return weights_of_devices(self.layout, self.where, len(self.devices))

    @cached_property
    def layers(self) -> tuple[tuple[str, ...], ...]:
        """In words, for each of `devices` and last for the host."""
        places = (*range(len(self.devices)), HOST)
        return tuple(layer_words(self.layout, self.placement, self.where, at) for at in places)


@dataclass(frozen=True)
class HeldDevice:
    """What the worker holds on one device. `index` is a GPU's in ggml's order, or HOST."""

    index: int
    name: str
    held: Held
    sample: GpuSample | None = None
    planned: DeviceUse | None = None


def placement_without_plan(memory: MemoryUse, n_ctx: int) -> Placement:
    """How the engine places what comes without a placement: all on a GPU, or nothing."""
    on_gpu = any(device.weights_bytes for device in memory.devices if not device.is_host)
    return Placement(n_gpu_layers=ALL_LAYERS if on_gpu else 0, n_ctx=n_ctx, load_mode="auto")


def held_devices(sample: MachineSample, loaded: LoadedMemory | None) -> tuple[HeldDevice, ...]:
    """What is the worker's own, GPUs first, RAM last."""
    if loaded is None:
        worker_bytes = sample.worker.rss_bytes if sample.worker else 0
        gpus = (
            HeldDevice(i, gpu.name, Held(itself_bytes=gpu.worker_bytes or 0), gpu)
            for i, gpu in enumerate(sample.gpus)
        )
        return (*gpus, HeldDevice(HOST, RAM, Held(itself_bytes=worker_bytes)))
    own, weights = loaded.devices, loaded.weights
    samples = _joined(own, sample.gpus)
    logged = {device.name: device for device in loaded.memory.devices}
    host = logged.get(RAM)
    worker = sample.worker or WorkerMemory(loaded.memory.rss_bytes)
    used = (
        HeldDevice(
            index,
            device.label,
            held_on_gpu(_logged(logged, device.name), weights[index], samples[index]),
            samples[index],
            device if isinstance(device, DeviceUse) else None,
        )
        for index, device in enumerate(own)
    )
    planned = loaded.planned[-1] if loaded.planned else None
    ram = HeldDevice(HOST, RAM, held_in_ram(host, weights[-1], worker), planned=planned)
    return (*used, ram)


def _logged(logged: dict[str, DeviceMemory], name: str) -> DeviceMemory:
    return logged.get(name) or DeviceMemory(name, False, 0, 0, 0)


def _joined(
    own: Iterable[DeviceUse | OwnDevice], gpus: tuple[GpuSample, ...]
) -> tuple[GpuSample | None, ...]:
    """The drivers' readings for ggml's devices: by name, in their order among equal ones."""
    left = list(gpus)
    found: list[GpuSample | None] = []
    for device in own:
        match = next((gpu for gpu in left if _is_same(device, gpu)), None)
        if match is not None:
            left.remove(match)
        found.append(match)
    return tuple(found)


def _is_same(device: DeviceUse | OwnDevice, gpu: GpuSample) -> bool:
    """Without a plan there are no names, so the order must do. A slice of a card (MIG) is not what
    its driver counts, and the kernel tells of some cards only the maker.
    """
    if isinstance(device, OwnDevice):
        return not device.name.startswith("RPC")
    name = device.label.partition(" (")[0]
    return name == gpu.name or (gpu.name in MAKERS and name.startswith(gpu.name))
