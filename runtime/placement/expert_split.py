"""Which layers' experts go to the host when so many must: by bytes and by what suits it."""

from __future__ import annotations

from runtime.placement.model_layout import ModelLayout
from runtime.placement.quant_cost import bytes_as_read

# Tensors of a layer in the order they leave the GPU when only part of it must.
SPLIT_STEMS = ("ffn_down", "ffn_up", "ffn_gate")
FUSED_STEMS = ("ffn_down", "ffn_gate_up")


def host_order(layout: ModelLayout, features: frozenset[str]) -> tuple[int, ...]:
    """Expert layers, first those whose experts cost the host least for each byte they free.

    Layers of one kind stay in their order, the first ones going to the host first, so that the
    crossings between host and GPU are few.
    """
    cost = {
        kind: bytes_as_read(layout.layers[kind].routed_types, features)
        for kind in set(layout.kinds)
    }
    return tuple(sorted(layout.expert_layers, key=lambda index: cost[layout.kinds[index]]))


def split_stems(layout: ModelLayout, layer: int) -> tuple[str, ...]:
    """The stems of the routed experts of `layer`, in the order they leave the GPU."""
    names = {
        t.name.split(".")[2].removesuffix("_exps")
        for t in layout.tensors
        if t.block == layer and t.kind == "routed_experts"
    }
    return FUSED_STEMS if "ffn_gate_up" in names else SPLIT_STEMS
