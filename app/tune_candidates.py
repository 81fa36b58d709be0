"""Which plans a tuning tries: the best predicted, llama.cpp's own, and what lies near the best."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from app.planner import Planner
from runtime.placement.plan import Plan
from runtime.placement.search import Wishes, distinct, with_expert_layers
from runtime.protocol.placement import Placement

FIRST_PLANS = 3
UBATCH_RANGE = (128, 4096)


def first_plans(planner: Planner, wishes: Wishes) -> tuple[Plan, ...]:
    """Two of ours that differ in more than a detail, and llama.cpp's own choice."""
    ranked = [plan for plan in planner.ranked(wishes) if plan.fits]
    ours: list[Plan] = []
    for plan in ranked:
        if all(_differs(plan.placement, other.placement) for other in ours):
            ours.append(plan)
        if len(ours) == FIRST_PLANS - 1:
            break
    return distinct((*ours, planner.fit(wishes)), FIRST_PLANS)


def _differs(one: Placement, other: Placement) -> bool:
    """More than by one layer or the neighbouring batch size."""
    return (one.load_mode, one.no_host, one.op_offload, one.kv_type) != (
        *(other.load_mode, other.no_host, other.op_offload, other.kv_type),
    )


def neighbours(planner: Planner, plan: Plan) -> Iterator[Plan]:
    """Plans one step away, the step that tends to matter most first; only those that fit."""
    for placement in _steps(planner, plan.placement):
        near = planner.of(placement)
        if near.fits:
            yield near


def _steps(planner: Planner, placement: Placement) -> Iterator[Placement]:
    host_works = placement.n_gpu_layers == 0 or bool(placement.cpu_expert_layers)
    if host_works:
        yield replace(placement, use_extra_bufts=not placement.use_extra_bufts)
    for n_ubatch in (placement.n_ubatch * 2, placement.n_ubatch // 2):
        if UBATCH_RANGE[0] <= n_ubatch <= min(UBATCH_RANGE[1], placement.n_ctx):
            yield replace(placement, n_ubatch=n_ubatch, n_batch=max(n_ubatch, 512))
    if placement.cpu_expert_layers and placement.n_gpu_layers:
        count = len(placement.cpu_expert_layers)
        for step in (-1, 1):
            if 0 <= count + step <= len(planner.layout.expert_layers):
                yield with_expert_layers(planner.situation, placement, count + step)
    if host_works and placement.n_threads > 1:
        fewer = placement.n_threads - 1 if placement.n_threads <= 8 else placement.n_threads // 2
        yield replace(placement, n_threads=fewer)
