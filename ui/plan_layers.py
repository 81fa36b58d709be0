"""Where each layer's parts live under a plan, in shares of their bytes: pure sums for the strip."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from runtime.language import marked
from runtime.placement.model_layout import Layer, ModelLayout
from runtime.placement.plan import Plan
from runtime.placement.residence import HOST, Residence, residence
from runtime.protocol.placement import Placement

# The strip's rows from top to bottom, by the class of memory that colours them.
ROWS = (
    ("attention_dense", marked("Attention & dense")),
    ("kv_cache", marked("KV cache")),
    ("shared_experts", marked("Shared experts")),
    ("routed_experts", marked("Routed experts")),
)


@dataclass(frozen=True)
class Cell:
    """Shares of one layer's part; together 1."""

    gpu: float = 0.0
    ram: float = 0.0
    disk: float = 0.0


@dataclass(frozen=True)
class Homes:
    """How many of the layers with routed experts keep them where. A layer split between both
    counts as `in_ram`, for that is the number a person chooses.
    """

    total: int = 0
    in_ram: int = 0
    split: int = 0

    @property
    def on_gpu(self) -> int:
        return self.total - self.in_ram


@dataclass(frozen=True)
class Stretch:
    """Layers one after another that one device runs; `device` is a GPU's index or HOST."""

    device: int
    first: int
    last: int


@dataclass(frozen=True)
class LayerMap:
    """`rows` hold a cell for each layer, None where the layer has no such part.

    `boundaries` are where the handle stands, by the number of expert layers in RAM: the layer
    that follows. `is_prefix` says that those in RAM are the first ones, so that one line parts
    them from the others.
    """

    n_layers: int
    rows: dict[str, tuple[Cell | None, ...]]
    homes: Homes
    stretches: tuple[Stretch, ...]
    boundaries: tuple[int, ...]
    is_prefix: bool

    def has(self, row: str) -> bool:
        return any(self.rows[row])


def layer_map(layout: ModelLayout, plan: Plan) -> LayerMap:
    where = residence(layout, plan.placement)
    experts = layout.expert_layers
    in_ram = _experts_in_ram(layout, where)
    rows = {
        "attention_dense": _cells(layout, where, _attention_dense, plan.disk_share),
        # The cache is never read from disk.
        "kv_cache": _cells(layout, where, lambda layer: layer.kv.bytes(plan.placement), 0.0),
        "shared_experts": _cells(layout, where, _shared, plan.disk_share),
        "routed_experts": tuple(_routed_cells(layout, where, plan.disk_share)),
    }
    return LayerMap(
        len(layout.layers),
        rows,
        _homes(layout, where),
        _stretches(layout, where),
        (*experts, experts[-1] + 1) if experts else (),
        in_ram == experts[: len(in_ram)],
    )


def homes(layout: ModelLayout, placement: Placement) -> Homes:
    return _homes(layout, residence(layout, placement))


def stretches(layout: ModelLayout, placement: Placement) -> tuple[Stretch, ...]:
    return _stretches(layout, residence(layout, placement))


def _homes(layout: ModelLayout, where: Residence) -> Homes:
    split = sum(
        1
        for layer in layout.layers
        if where.gpus[layer.index] != HOST and 0 < where.away[layer.index] < layer.routed_bytes
    )
    return Homes(len(layout.expert_layers), len(_experts_in_ram(layout, where)), split)


def _experts_in_ram(layout: ModelLayout, where: Residence) -> tuple[int, ...]:
    """Also layers of which only a part is there."""
    return tuple(i for i in layout.expert_layers if where.gpus[i] == HOST or where.away[i])


def _stretches(layout: ModelLayout, where: Residence) -> tuple[Stretch, ...]:
    found: list[Stretch] = []
    for layer in layout.layers:
        device = where.gpus[layer.index]
        first = layer.index
        if found and found[-1].device == device:
            first = found.pop().first
        found.append(Stretch(device, first, layer.index))
    return tuple(found)


def _attention_dense(layer: Layer) -> int:
    weights = layer.weights
    return weights.attention + weights.dense + weights.other


def _shared(layer: Layer) -> int:
    return layer.weights.shared_experts


def _cells(
    layout: ModelLayout, where: Residence, size: Callable[[Layer], int], disk_share: float
) -> tuple[Cell | None, ...]:
    """A part that is where its layer runs."""
    on_gpu, in_ram = Cell(gpu=1.0), Cell(ram=1.0 - disk_share, disk=disk_share)
    return tuple(
        None if not size(layer) else in_ram if gpu == HOST else on_gpu
        for layer, gpu in zip(layout.layers, where.gpus, strict=False)
    )


def _routed_cells(
    layout: ModelLayout, where: Residence, disk_share: float
) -> Iterator[Cell | None]:
    for layer in layout.layers:
        if not layer.routed_bytes:
            yield None
            continue
        host = 1.0
        if where.gpus[layer.index] != HOST:
            host = where.away[layer.index] / layer.routed_bytes
        disk = host * disk_share
        yield Cell(1.0 - host, host - disk, disk)
