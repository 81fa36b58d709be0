"""Finds the placements worth having: the fastest predicted turn among those that fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from runtime.placement.expert_split import host_order, split_stems
from runtime.placement.gpu_shares import layers_by_gpu
from runtime.placement.plan import Plan, Situation, fits, make_plan
from runtime.protocol.placement import KvType, LoadMode, Placement

UBATCHES = (512, 1024, 2048, 4096)
# A quantised cache must win so much of the turn's time before it is proposed.
QUANTISED_KV_GAIN = 0.03


@dataclass(frozen=True)
class Wishes:
    """What the person has decided. `kv_type` None leaves it open; `n_threads` 0 takes all cores.
    `expert_layers` fixes how many layers' experts the host keeps, None leaves it open.
    """

    n_ctx: int
    kv_type: KvType | None = None
    n_threads: int = 0
    expert_layers: int | None = None
    n_ubatch: int = 0
    allow_repack: bool = True


def best_plan(situation: Situation, wishes: Wishes) -> Plan:
    """The plan to propose; one that does not fit when none does."""
    return ranked_plans(situation, wishes)[0]


def ranked_plans(situation: Situation, wishes: Wishes) -> tuple[Plan, ...]:
    """Plans that differ in more than a detail, the fastest turn that fits first."""
    count, bases = wishes.expert_layers, _bases(situation, wishes)
    if count is None:
        plans = [plan for base in bases for plan in _fillings(situation, base)]
    else:
        placements = [with_expert_layers(situation, base, count) for base in bases]
        plans = [make_plan(situation, placement) for placement in placements]
    return tuple(sorted(plans, key=lambda plan: _rank(plan, wishes)))


def _rank(plan: Plan, wishes: Wishes) -> tuple[bool, int, float]:
    short = sum(shortage.short_bytes for shortage in plan.shortages)
    handicap = 1.0
    if wishes.kv_type is None and plan.placement.kv_type != "f16":
        handicap += QUANTISED_KV_GAIN
    return (not plan.fits, short, plan.turn_s * handicap)


def _bases(situation: Situation, wishes: Wishes) -> Iterator[Placement]:
    """Everything but where layers and experts go."""
    hardware = situation.hardware
    threads = wishes.n_threads or hardware.host.cores
    # A quantised cache buys room on a GPU; a processor only takes longer to read it.
    kv_types: tuple[KvType, ...] = ("f16", "q8_0") if hardware.gpus else ("f16",)
    if wishes.kv_type:
        kv_types = (wishes.kv_type,)
    ubatches = (wishes.n_ubatch,) if wishes.n_ubatch else UBATCHES
    if not hardware.gpus:
        ubatches = ubatches[:1]
    for kv_type in kv_types:
        for n_ubatch in ubatches:
            for mode, no_host, offload in _host_modes(situation):
                for repack in _repacking(situation, wishes):
                    yield Placement(
                        n_ctx=wishes.n_ctx,
                        kv_type=kv_type,
                        n_batch=max(n_ubatch, 512),
                        n_ubatch=n_ubatch,
                        n_threads=threads,
                        load_mode=mode,
                        no_host=no_host,
                        op_offload=offload,
                        use_extra_bufts=repack,
                    )


def _repacking(situation: Situation, wishes: Wishes) -> tuple[bool, ...]:
    """Whether to repack what the host holds. A repacked weight must stay in memory; one as it is in
    the file can be read again from disk, so a model larger than memory runs that way alone.
    """
    if not wishes.allow_repack:
        return (False,)
    pinned = any(gpu.has_host_buffer for gpu in situation.hardware.gpus)
    return (True,) if pinned else (True, False)


def _host_modes(situation: Situation) -> tuple[tuple[LoadMode, bool, bool], ...]:
    """(load mode, no_host, op_offload) worth trying for what stays on the host."""
    gpus = situation.hardware.gpus
    if not gpus:
        return (("mmap", False, False),)
    if not any(gpu.has_host_buffer for gpu in gpus):
        return (("mmap", False, True), ("mmap", False, False))
    # Pinned for prompts copied to the GPU; repacked for prompts the processor reads itself.
    return (("none", False, True), ("none", True, False), ("mmap", False, True))


def _fillings(situation: Situation, base: Placement) -> Iterator[Plan]:
    """`base` with the GPUs filled: all of it, then experts to the host, then whole layers."""
    layout, gpus = situation.layout, situation.hardware.gpus
    yield make_plan(situation, base)
    if not gpus:
        return
    whole = with_layers(situation, base, layout.n_layer + 1)
    yield from _on_one_gpu(situation, whole)
    if fits(situation, whole):
        yield make_plan(situation, whole)
        return
    order = host_order(layout, situation.hardware.host.features)
    fewest = _fewest_that_fit(situation, whole, order)
    if fewest is None:
        yield from _fewer_layers(situation, whole, order)
        return
    yield make_plan(situation, _on_host(situation, whole, order[:fewest]))
    if split := _split(situation, whole, order, fewest):
        yield split


def _on_one_gpu(situation: Situation, whole: Placement) -> Iterator[Plan]:
    """All of it on one of several GPUs: a slow second one only holds a fast one up."""
    count = len(situation.hardware.gpus)
    for index in range(count if count > 1 else 0):
        shares = tuple(whole.n_gpu_layers * (at == index) for at in range(count))
        placement = replace(whole, layers_by_gpu=shares)
        if fits(situation, placement):
            yield make_plan(situation, placement)


def with_layers(situation: Situation, placement: Placement, count: int) -> Placement:
    """`placement` with `count` layers on the GPUs."""
    shares = layers_by_gpu(situation.layout, situation.hardware.gpus, placement, count)
    return replace(placement, n_gpu_layers=count, layers_by_gpu=shares)


def with_expert_layers(situation: Situation, placement: Placement, count: int) -> Placement:
    """`placement` with the experts of exactly `count` layers on the host, none of them split."""
    order = host_order(situation.layout, situation.hardware.host.features)
    base = replace(placement, split_layer=-1, split_stems=())
    if situation.hardware.gpus and not base.n_gpu_layers:
        base = with_layers(situation, base, situation.layout.n_layer + 1)
    return _on_host(situation, base, order[:count])


def _on_host(situation: Situation, placement: Placement, layers: Iterable[int]) -> Placement:
    moved = replace(placement, cpu_expert_layers=tuple(sorted(layers)))
    return with_layers(situation, moved, moved.n_gpu_layers)


def _fewest_that_fit(situation: Situation, whole: Placement, order: tuple[int, ...]) -> int | None:
    """How many layers' experts must leave the GPUs; None when even all of them are not enough."""
    low, high = 1, len(order)
    if not order or not fits(situation, _on_host(situation, whole, order)):
        return None
    while low < high:
        middle = (low + high) // 2
        if fits(situation, _on_host(situation, whole, order[:middle])):
            high = middle
        else:
            low = middle + 1
    return low


def _split(
    situation: Situation, whole: Placement, order: tuple[int, ...], fewest: int
) -> Plan | None:
    """One layer less on the host than whole layers allow, of which some tensors stay there."""
    layer = order[fewest - 1]
    stems = split_stems(situation.layout, layer)
    for count in range(1, len(stems)):
        placement = replace(
            _on_host(situation, whole, order[: fewest - 1]),
            split_layer=layer,
            split_stems=stems[:count],
        )
        if fits(situation, placement):
            return make_plan(situation, placement)
    return None


def _fewer_layers(situation: Situation, whole: Placement, order: tuple[int, ...]) -> Iterator[Plan]:
    """All experts on the host and as many whole layers on the GPUs as fit."""
    low, high = 0, situation.layout.n_layer
    best: Plan | None = None
    while low <= high:
        count = (low + high) // 2
        plan = make_plan(
            situation, _on_host(situation, with_layers(situation, whole, count), order)
        )
        if plan.fits:
            best, low = plan, count + 1
        else:
            high = count - 1
    if best is not None:
        yield best


def distinct(plans: Iterable[Plan], most: int) -> tuple[Plan, ...]:
    """The first `most` plans of which no two load the same way."""
    found: dict[Placement, Plan] = {}
    for plan in plans:
        found.setdefault(plan.placement, plan)
    return tuple(found.values())[:most]
