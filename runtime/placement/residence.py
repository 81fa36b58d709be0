"""Which device each tensor of a model is on under a placement: llama.cpp's own rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from runtime.placement.model_layout import INPUT_BLOCK, Layer, ModelLayout, Tensor
from runtime.placement.repacking import is_repacked_type, row_multiple
from runtime.protocol.placement import Placement

HOST = -1
# Tensors that are multiplied with; embeddings are looked up and norms are added.
_MULTIPLIED = frozenset({"attention", "dense", "shared_experts", "routed_experts", "output"})


@dataclass(frozen=True)
class Residence:
    """Where everything is: `gpus[i]` is the GPU that runs layer i (the output is the last entry),
    or HOST; `away[i]` are the bytes of routed experts that layer i has on the host all the same.
    """

    gpus: tuple[int, ...]
    away: tuple[int, ...]

    @property
    def output(self) -> int:
        return self.gpus[-1]

    @property
    def any_away(self) -> bool:
        return any(self.away)


def residence(layout: ModelLayout, placement: Placement) -> Residence:
    """Where `placement` puts the layers and experts of a model.

    load_tensors in llama-model.cpp: the last n_gpu_layers go to GPUs, the input never does.
    """
    n_all = layout.n_layer + 1
    count = min(placement.n_gpu_layers, n_all)
    shares = placement.layers_by_gpu or (count,)
    gpus = [HOST] * (n_all - count)
    for index, share in enumerate(shares):
        gpus += [index] * share
    on_host = frozenset(placement.cpu_expert_layers)
    away = tuple(
        0 if gpus[layer.index] == HOST else _away(layout, placement, layer, on_host)
        for layer in layout.layers
    )
    return Residence(tuple(gpus[:n_all]), away)


def _away(layout: ModelLayout, placement: Placement, layer: Layer, on_host: frozenset[int]) -> int:
    if layer.index in on_host:
        return layer.routed_bytes
    if layer.index != placement.split_layer:
        return 0
    return sum(
        t.bytes
        for t in layout.tensors
        if t.block == layer.index and t.kind == "routed_experts" and stays_on_host(placement, t)
    )


def stays_on_host(placement: Placement, tensor: Tensor) -> bool:
    """Whether the overrides keep this routed-expert tensor out of its layer's GPU."""
    if tensor.block in placement.cpu_expert_layers:
        return True
    stem = tensor.name.split(".")[2].removesuffix("_exps").removesuffix("_chexps")
    return tensor.block == placement.split_layer and stem in placement.split_stems


def is_repacked(
    tensor: Tensor, placement: Placement, features: frozenset[str], *, pinned: bool
) -> bool:
    """Whether the engine keeps a rearranged private copy of this tensor on the host.

    `pinned` says that a GPU offers host memory, which the engine prefers to repacking.
    """
    if not placement.use_extra_bufts or (pinned and not placement.no_host):
        return False
    # Experts are one tensor of three dimensions; of the others only matrices are repacked.
    if tensor.kind not in _MULTIPLIED or tensor.n_dims != 2 + (tensor.kind == "routed_experts"):
        return False
    return is_repacked_type(tensor.type_name, features) and not (
        tensor.n_rows % row_multiple(tensor.type_name)
    )


def host_tensors(layout: ModelLayout, placement: Placement) -> Iterator[Tensor]:
    """Tensors whose weights are on the host."""
    gpus = residence(layout, placement).gpus
    for tensor in layout.tensors:
        is_away = tensor.kind == "routed_experts" and stays_on_host(placement, tensor)
        if tensor.block == INPUT_BLOCK or gpus[tensor.block] == HOST or is_away:
            yield tensor
