"""How many layers each of several GPUs takes, so that none is fuller than another."""

from __future__ import annotations

from runtime.placement.hardware import Gpu
from runtime.placement.model_layout import ModelLayout
from runtime.placement.plan import GPU_MARGIN_BYTES
from runtime.protocol.placement import Placement


def layers_by_gpu(
    layout: ModelLayout, gpus: tuple[Gpu, ...], placement: Placement, count: int
) -> tuple[int, ...]:
    """Of the last `count` layers (the output is one), how many go to each GPU, in their order.

    Empty with one GPU. Experts that stay on the host take no room.
    """
    if len(gpus) < 2 or not count:
        return ()
    start = layout.n_layer + 1 - count
    sizes = [_bytes(layout, placement, block) for block in range(start, layout.n_layer + 1)]
    # A nearly full GPU has no room beside what must stay free, so it gets no layer at all.
    rooms = [max(0, gpu.free_bytes - GPU_MARGIN_BYTES) for gpu in gpus]
    total, roomy = sum(sizes), sum(rooms) or 1
    shares, taken, at = [], 0, 0
    for room in rooms[:-1]:
        goal = taken + total * room / roomy
        first = at
        while at < len(sizes) and taken + sizes[at] / 2 <= goal:
            taken += sizes[at]
            at += 1
        shares.append(at - first)
    return (*shares, len(sizes) - at)


def _bytes(layout: ModelLayout, placement: Placement, block: int) -> int:
    if block == layout.n_layer:
        return layout.output_bytes
    if block >= len(layout.layers):  # a block for further tokens, which is not loaded
        return 0
    layer = layout.layers[block]
    routed = 0 if block in placement.cpu_expert_layers else layer.routed_bytes
    return layer.resident_bytes + routed + layer.kv.bytes(placement)
