"""Bytes on each device under a placement, before anything is loaded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from runtime.placement.hardware import Hardware
from runtime.placement.model_layout import ModelLayout, Tensor, WeightBytes, summed
from runtime.placement.residence import HOST, Residence, host_tensors, is_repacked
from runtime.protocol.placement import Placement

RAM = "RAM"


@dataclass(frozen=True)
class ComputeBuffers:
    """Scratch memory of a graph, for each GPU in order and the host.

    `is_exact` says that the engine's own dry run gave it, not our formula.
    """

    gpus: tuple[int, ...]
    host: int
    is_exact: bool = False


@dataclass(frozen=True)
class HostWeights:
    """How the host holds its weights. `span_bytes` is the stretch of the files from the first
    mapped tensor to the last, which is what the engine logs; only `mapped_bytes` of it are read.
    """

    mapped_bytes: int = 0
    pinned_bytes: int = 0
    private_bytes: int = 0
    span_bytes: int = 0

    @property
    def logged_bytes(self) -> int:
        return self.span_bytes + self.pinned_bytes + self.private_bytes


@dataclass(frozen=True)
class DeviceUse:
    """One device after loading: what it has and what the model takes of it.

    The host is the last in every listing.
    """

    name: str
    label: str
    total_bytes: int
    free_bytes: int
    weights: WeightBytes
    kv_bytes: int
    compute_bytes: int

    @property
    def used_bytes(self) -> int:
        """What must be there for the model to run without reading from disk."""
        return self.weights.total + self.kv_bytes + self.compute_bytes

    @property
    def left_bytes(self) -> int:
        """Free memory after loading; negative is what is short."""
        return self.free_bytes - self.used_bytes


def device_uses(
    layout: ModelLayout,
    placement: Placement,
    where: Residence,
    hardware: Hardware,
    compute: ComputeBuffers,
) -> tuple[DeviceUse, ...]:
    """Every device of `hardware`, GPUs first, the host last."""
    weights = weights_by_device(layout, where, len(hardware.gpus))
    kv = kv_bytes(layout, placement, where, len(hardware.gpus))
    uses = [
        DeviceUse(
            *(gpu.name, gpu.label, gpu.total_bytes, gpu.free_bytes),
            *(weights[index], kv[index], compute.gpus[index]),
        )
        for index, gpu in enumerate(hardware.gpus)
    ]
    host = hardware.host
    uses.append(
        DeviceUse(
            *(RAM, RAM, host.total_bytes, host.free_bytes),
            *(weights[HOST], kv[HOST], compute.host),
        )
    )
    return tuple(uses)


def weights_by_device(layout: ModelLayout, where: Residence, n_gpus: int) -> list[WeightBytes]:
    """Weights by GPU, the host's last."""
    parts: list[list[WeightBytes]] = [[] for _ in range(n_gpus + 1)]
    places = Counter(zip(layout.kinds, where.gpus, where.away, strict=False))
    for (kind, gpu, away), count in places.items():
        layer = layout.layers[kind]
        if away:
            parts[HOST].append(WeightBytes(routed_experts=count * away))
        kept = replace(layer.weights, routed_experts=layer.routed_bytes - away)
        parts[gpu] += [kept] * count
    parts[where.output].append(layout.output)
    parts[HOST].append(WeightBytes(other=layout.input_bytes))
    if layout.tied_output and where.output != HOST:
        copied = layout.output_bytes - layout.output.total
        parts[where.output].append(WeightBytes(other=copied))
    return [summed(found) for found in parts]


def kv_bytes(layout: ModelLayout, placement: Placement, where: Residence, n_gpus: int) -> list[int]:
    """KV cache by GPU, the host's last. A layer's cache is where the layer runs."""
    sizes = [0] * (n_gpus + 1)
    for (kind, gpu), count in Counter(zip(layout.kinds, where.gpus, strict=False)).items():
        sizes[gpu] += count * layout.layers[kind].kv.bytes(placement)
    return sizes


def host_weights(layout: ModelLayout, placement: Placement, hardware: Hardware) -> HostWeights:
    """How the weights on the host are held."""
    pinned = any(gpu.has_host_buffer for gpu in hardware.gpus)
    plain: list[Tensor] = []
    private = 0
    for tensor in host_tensors(layout, placement):
        if is_repacked(tensor, placement, hardware.host.features, pinned=pinned):
            private += tensor.bytes
        else:
            plain.append(tensor)
    size = sum(tensor.bytes for tensor in plain)
    if placement.load_mode == "mmap":
        return HostWeights(mapped_bytes=size, private_bytes=private, span_bytes=_span(plain))
    if pinned and not placement.no_host:
        return HostWeights(pinned_bytes=size, private_bytes=private)
    return HostWeights(private_bytes=private + size)


def _span(tensors: Iterable[Tensor]) -> int:
    """From the first to the last of `tensors` in each file."""
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for tensor in tensors:
        part, end = tensor.part, tensor.offset + tensor.bytes
        first[part] = min(first.get(part, tensor.offset), tensor.offset)
        last[part] = max(last.get(part, end), end)
    return sum(last[part] - first[part] for part in first)
