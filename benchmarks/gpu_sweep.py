"""The grid of an exhaustive sweep, expert layers by ubatch, and its shrinking to a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from app.planner import Planner
from runtime.placement.search import with_expert_layers
from runtime.protocol.placement import Placement

UBATCHES = (512, 1024, 2048, 4096)
# Expert layers on the host beyond the fewest that fit; all of them are always in the grid.
BEYOND = (0, 1, 2, 4, 8, 16)


def grid(
    planner: Planner, base: Placement, ubatches: Iterable[int] = UBATCHES
) -> tuple[Placement, ...]:
    """What to measure, in the order of how much it may be worth: near the fewest layers first."""
    ranked: list[tuple[int, int, Placement]] = []
    for n_ubatch in ubatches:
        wide = replace(base, n_ubatch=n_ubatch, n_batch=max(n_ubatch, 512))
        for rank, count in enumerate(layer_counts(planner, wide)):
            ranked.append((rank, n_ubatch, with_expert_layers(planner.situation, wide, count)))
    ranked.sort(key=lambda entry: entry[:2])
    return tuple(placement for _, _, placement in ranked)


def layer_counts(planner: Planner, placement: Placement) -> tuple[int, ...]:
    """How many layers' experts to try on the host; none when even all of them do not fit."""
    fewest = planner.least_expert_layers(placement)
    most = len(planner.layout.expert_layers)
    if fewest is None:
        return ()
    return tuple(dict.fromkeys((*(min(fewest + more, most) for more in BEYOND), most)))


def shrunk(points: tuple[Placement, ...], most: int) -> tuple[Placement, ...]:
    """At most `most` of `points`, evenly over all of them, the first always among them."""
    if most >= len(points):
        return points
    return tuple(_evenly(points, max(1, most)))


def _evenly(points: tuple[Placement, ...], count: int) -> Iterator[Placement]:
    for index in range(count):
        yield points[index * len(points) // count]


def affordable(left_s: float, point_s: float) -> int:
    """How many points of `point_s` there is time for; at least one, or the sweep says nothing."""
    return max(1, int(left_s / point_s)) if point_s > 0 else 1
