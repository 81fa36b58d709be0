"""The next safer placement after a load that failed for memory."""

from __future__ import annotations

from msgspec.structs import replace

from runtime.placement.expert_split import host_order
from runtime.placement.plan import Plan, Situation, make_plan
from runtime.placement.search import with_expert_layers, with_layers
from runtime.protocol.placement import Placement

# How many more layers' experts leave the GPU at each step.
EXPERT_STEP = 2
LAYER_STEP = 4


def safer_plan(situation: Situation, placement: Placement, problem_kind: str) -> Plan | None:
    """What to try next, None when nothing is left to give up.

    Memory that can't be pinned is a limit of RAM: the weights are mapped instead and the GPU keeps
    what it has.
    """
    if problem_kind == "pinned_memory":
        if placement.load_mode == "mmap":
            return None
        return make_plan(situation, replace(placement, load_mode="mmap"))
    if problem_kind == "host_memory":
        if placement.load_mode == "mmap" and not placement.use_extra_bufts:
            return None
        mapped = replace(placement, load_mode="mmap", use_extra_bufts=False)
        return make_plan(situation, mapped)
    if not placement.n_gpu_layers:
        return None
    order = host_order(situation.layout, situation.hardware.host.features)
    count = len(placement.cpu_expert_layers) + (1 if placement.split_layer >= 0 else 0)
    if count < len(order):
        more = min(count + EXPERT_STEP, len(order))
        return make_plan(situation, with_expert_layers(situation, placement, more))
    fewer = max(0, placement.n_gpu_layers - LAYER_STEP)
    return make_plan(situation, with_layers(situation, placement, fewer))
