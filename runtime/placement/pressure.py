"""How many more layers' experts should leave a GPU that other programs fill."""

from __future__ import annotations

import math

from runtime.placement.expert_split import host_order
from runtime.placement.plan import Plan, Situation, make_plan
from runtime.placement.search import with_expert_layers
from runtime.protocol.placement import Placement

# Below this the driver starts to move memory out, and a token takes many times longer.
SHORT_BYTES = 256 << 20
# So much should be free afterwards.
RELIEVED_BYTES = 768 << 20


def relieved(situation: Situation, placement: Placement, free_bytes: int) -> Plan | None:
    """A plan with enough experts moved to the host; None when there is no need or nothing to move.

    `free_bytes` are what the fullest GPU has left now, with the model loaded.
    """
    layout = situation.layout
    order = host_order(layout, situation.hardware.host.features)
    count = len(placement.cpu_expert_layers)
    if free_bytes >= SHORT_BYTES or not placement.n_gpu_layers or count >= len(order):
        return None
    layer_bytes = max(layer.routed_bytes for layer in layout.layers)
    more = math.ceil((RELIEVED_BYTES - free_bytes) / layer_bytes)
    moved = with_expert_layers(situation, placement, min(count + more, len(order)))
    return make_plan(situation, moved)
