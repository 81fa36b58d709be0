"""An estimate of a graph's scratch memory, for where the engine cannot be asked (`dry_run`)."""

from __future__ import annotations

from runtime.placement.hardware import Hardware
from runtime.placement.memory import ComputeBuffers
from runtime.placement.model_layout import ModelLayout
from runtime.placement.residence import HOST, Residence
from runtime.protocol.placement import Placement

F32_BYTES = 4
# Fitted to 160 dry runs of ten models of true shape (docs/placement.md): what is kept beside the
# widest point of a layer, in rows of the model's width.
CARRIED_ROWS = 3.5
# A latent row and a head's own row of compressed attention (DeepSeek: 576, 512 and 192).
LATENT_ROWS = 1280
ROUND_UP = 1.12


def estimated_buffers(
    layout: ModelLayout, placement: Placement, where: Residence, hardware: Hardware
) -> ComputeBuffers:
    """Scratch memory on each device; a little more than the engine takes."""
    sizes = []
    for index in (*range(len(hardware.gpus)), HOST):
        width = 0.0
        if index in where.gpus[:-1]:
            keeps = any(
                gpu == index and layer.routed_bytes > away
                for layer, gpu, away in zip(layout.layers, where.gpus, where.away, strict=False)
            )
            width = _widest_layer(layout, placement.n_ctx, experts=keeps)
        if where.output == index:
            width = max(width, layout.n_vocab + 3 * layout.shape.n_embd)
        if index == HOST:
            width = max(width, _host_beside_gpus(layout, placement, where))
        sizes.append(int(width * placement.n_ubatch * F32_BYTES * ROUND_UP))
    sizes[-1] += layout.n_vocab * F32_BYTES  # one row of logits to sample from
    return ComputeBuffers(tuple(sizes[:-1]), sizes[-1])


def _widest_layer(layout: ModelLayout, n_ctx: int, *, experts: bool) -> float:
    """Floats for each row at the widest point of a layer, with the attention mask (f16)."""
    dense = layout.n_ff if layout.has_dense_ffn else 0
    carried = CARRIED_ROWS * layout.shape.n_embd + n_ctx / 2
    latent = layout.n_head * LATENT_ROWS if layout.is_latent else 0
    return max(_experts_width(layout) if experts else 0, 3 * dense, latent) + carried


def _experts_width(layout: ModelLayout) -> int:
    used = layout.shape.expert_used_count
    return max(3 * used * layout.n_ff_expert, 2 * used * layout.shape.n_embd)


def _host_beside_gpus(layout: ModelLayout, placement: Placement, where: Residence) -> float:
    """What the host needs for layers that a GPU runs: its inputs, and the experts it keeps."""
    if not where.any_away:
        return 2 * layout.shape.n_embd + placement.n_ctx / 2
    return _experts_width(layout) + CARRIED_ROWS * layout.shape.n_embd + placement.n_ctx / 2
