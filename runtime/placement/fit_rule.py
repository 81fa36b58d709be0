"""llama.cpp's own choice (`--fit`), redone: the plan that ours must never be worse than.

common/fit.cpp of v0.5.0 with the context given: everything on the GPUs if that leaves 1 GiB of
each free; else all experts on the host and layers filled from the last; then experts given back
from the first layer on, so that the last ones keep theirs on the host, and one layer in part.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from runtime.placement.plan import Plan, Situation, make_plan, uses
from runtime.placement.search import with_layers
from runtime.protocol.placement import Placement

MARGIN_BYTES = 1 << 30
# What stays on the host of the layer given back in part, the smaller share first.
_PARTS = (("ffn_down",), ("ffn_down", "ffn_gate"))


def fit_plan(situation: Situation, n_ctx: int, n_threads: int) -> Plan:
    """What `--fit` would load."""
    return make_plan(situation, fit_placement(situation, n_ctx, n_threads))


def fit_placement(situation: Situation, n_ctx: int, n_threads: int) -> Placement:
    layout, n_all = situation.layout, situation.layout.n_layer + 1
    base = Placement(n_ctx=n_ctx, n_batch=2048, n_ubatch=512, n_threads=n_threads)
    if not situation.hardware.gpus:
        return base
    whole = with_layers(situation, base, n_all)
    if _fits(situation, whole):
        return whole
    experts = layout.expert_layers

    def lean(count: int) -> Placement:
        placement = with_layers(situation, base, count)
        return replace(placement, cpu_expert_layers=experts)

    count = _most(n_all, lambda count: _fits(situation, lean(count)))
    if count < n_all or not experts:
        return lean(count) if experts else with_layers(situation, base, count)

    def given_back(layers: int) -> Placement:
        return replace(whole, cpu_expert_layers=experts[layers:])

    given = _most(len(experts), lambda layers: _fits(situation, given_back(layers)))
    if given < len(experts):
        for part in _PARTS:
            placement = replace(given_back(given + 1), split_layer=experts[given], split_stems=part)
            if _fits(situation, placement):
                return placement
    return given_back(given)


def _most(limit: int, fits: Callable[[int], bool]) -> int:
    """The largest number up to `limit` that fits, 0 when none does."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if fits(middle):
            low = middle
        else:
            high = middle - 1
    return low


def _fits(situation: Situation, placement: Placement) -> bool:
    *gpus, _host = uses(situation, placement)
    return all(gpu.left_bytes >= MARGIN_BYTES for gpu in gpus)
