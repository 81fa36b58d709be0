"""The search: what fits before what is fast, no more on the host than must be, wishes kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import msgspec
import pytest

from runtime.placement.expert_split import host_order, split_stems
from runtime.placement.hardware import Gpu
from runtime.placement.model_layout import ModelLayout
from runtime.placement.objective import OBJECTIVES
from runtime.placement.plan import GPU_MARGIN_BYTES, Plan, Situation, fits
from runtime.placement.search import (
    QUANTISED_KV_GAIN,
    UBATCHES,
    Wishes,
    best_plan,
    distinct,
    ranked_plans,
    with_expert_layers,
    with_layers,
)
from runtime.protocol.placement import Placement
from tests.placement.machines import AVX2, PLAIN_GPU, card, machine, situation

Layouts = Callable[[str, str], ModelLayout]
CHAT = Wishes(8192)
QWEN = ("qwen3-30b-a3b", "Q4_K_M")
OSS = ("gpt-oss-20b", "MXFP4")
GLM = ("glm-4.5-air", "Q4_K_M")
OLMOE = ("olmoe-1b-7b", "Q4_K_M")
DEEPSEEK = ("deepseek-v3", "Q4_K_M")


def everything(now: Situation, n_ctx: int) -> Iterator[Placement]:
    """Every number of layers and of expert layers there is, in the leanest form of the rest."""
    for kv_type in ("f16", "q8_0"):
        for load_mode in ("mmap", "none"):
            base = Placement(n_ctx=n_ctx, kv_type=kv_type, load_mode=load_mode)
            for count in range(now.layout.n_layer + 2):
                placed = with_layers(now, base, count)
                for experts in (0, count // 2, len(now.layout.expert_layers)):
                    yield with_expert_layers(now, placed, experts) if count else placed


@pytest.mark.parametrize("vram_gib", [0.75, 1, 1.5, 2, 3, 4, 6])
@pytest.mark.parametrize(("ram_gib", "n_ctx"), [(2, 512), (3, 16_384), (8, 4096), (8, 65_536)])
def test_what_fits_is_found(
    vram_gib: float, ram_gib: float, n_ctx: int, true_layout: Layouts
) -> None:
    now = situation(true_layout(*OLMOE), machine(card(vram_gib), ram_gib=ram_gib))
    plan = best_plan(now, Wishes(n_ctx))
    assert plan.fits == any(fits(now, placement) for placement in everything(now, n_ctx))
    assert plan.fits == fits(now, plan.placement)


MEMORIES = [
    (QWEN, (2, 3, 4, 6, 8, 12, 16, 24)),
    (OSS, (2, 4, 8, 12, 16)),
    (GLM, (4, 8, 16, 24, 48, 80)),
    (DEEPSEEK, (12, 24, 80)),
    (("llama-3.1-70b", "Q4_K_M"), (8, 24, 40, 48)),
]


@pytest.mark.parametrize(("model", "sizes"), MEMORIES, ids=[model[0] for model, _ in MEMORIES])
def test_more_memory_is_never_slower(
    model: tuple[str, str], sizes: tuple[int, ...], true_layout: Layouts
) -> None:
    layout = true_layout(*model)
    plans = [best_plan(situation(layout, machine(card(size), ram_gib=512)), CHAT) for size in sizes]
    turns = [plan.turn_s * _handicap(plan) for plan in plans]
    assert all(plan.fits for plan in plans)
    assert turns == sorted(turns, reverse=True)
    assert turns[-1] < turns[0] * 0.9


def _handicap(plan: Plan) -> float:
    return 1 + QUANTISED_KV_GAIN * (plan.placement.kv_type != "f16")


@pytest.mark.parametrize(
    ("model", "gib"),
    [
        *((QWEN, gib) for gib in (4, 6, 8, 12, 16, 18)),
        *((OSS, gib) for gib in (4, 6, 8, 12)),
        *((GLM, gib) for gib in (6, 8, 12, 24, 48, 64)),
    ],
)
def test_no_more_experts_leave_than_must(
    model: tuple[str, str], gib: float, true_layout: Layouts
) -> None:
    now = situation(true_layout(*model), machine(card(gib), ram_gib=256))
    best = best_plan(now, CHAT)
    placement = best.placement
    assert placement.n_gpu_layers == now.layout.n_layer + 1
    assert fits(now, placement)
    away = len(placement.cpu_expert_layers)
    if placement.split_layer < 0:
        away -= 1
    assert not fits(now, with_expert_layers(now, placement, away))


def test_one_layer_is_split_where_that_fits(true_layout: Layouts) -> None:
    layout = true_layout(*QWEN)
    split = 0
    for gib in range(6, 18):
        now = situation(layout, machine(card(gib)))
        for plan in ranked_plans(now, CHAT):
            placement = plan.placement
            if placement.split_layer < 0:
                continue
            split += 1
            assert plan.fits
            assert placement.split_layer not in placement.cpu_expert_layers
            stems = split_stems(layout, placement.split_layer)
            assert placement.split_stems in (stems[:1], stems[:2])
    assert split > 50


@pytest.mark.parametrize(
    ("model", "first", "last"),
    [(DEEPSEEK, 3, 60), (GLM, 1, 45), (("glm-4.7-flash", "Q4_K_M"), 1, 46)],
)
def test_dense_layers_and_those_for_further_tokens_have_no_experts(
    model: tuple[str, str], first: int, last: int, true_layout: Layouts
) -> None:
    layout = true_layout(*model)
    assert layout.expert_layers == tuple(range(first, last + 1))
    for gib in (8, 24, 80):
        plans = ranked_plans(situation(layout, machine(card(gib), ram_gib=512)), CHAT)
        for plan in plans:
            placement = plan.placement
            assert set(placement.cpu_expert_layers) <= set(layout.expert_layers)
            assert placement.split_layer in (-1, *layout.expert_layers)


@pytest.mark.parametrize("gib", [4, 8, 12, 16, 24])
@pytest.mark.parametrize("model", [QWEN, GLM])
def test_a_quantised_cache_must_win(
    model: tuple[str, str], gib: float, true_layout: Layouts
) -> None:
    now = situation(true_layout(*model), machine(card(gib), ram_gib=128))
    best = best_plan(now, CHAT)
    plain = best_plan(now, wish(kv_type="f16"))
    quantised = best_plan(now, wish(kv_type="q8_0"))
    wins = quantised.turn_s * (1 + QUANTISED_KV_GAIN) < plain.turn_s
    assert best.placement == (quantised if wins else plain).placement


def wish(**wished: object) -> Wishes:
    return Wishes(8192, **wished)


def test_a_cache_that_only_fits_quantised_is_quantised(true_layout: Layouts) -> None:
    now = situation(true_layout("llama-3.1-70b", "Q4_K_M"), machine(card(45), ram_gib=32))
    plan = best_plan(now, Wishes(16_384))
    assert plan.placement.kv_type == "q8_0"
    assert plan.placement.n_gpu_layers == 81


@pytest.mark.parametrize(
    ("model", "gpu", "ram_gib"),
    [(("gpt-oss-120b", "MXFP4"), "RTX 3090", 128), (GLM, "RTX 4090", 128)],
)
def test_long_prompts_get_large_batches(
    model: tuple[str, str], gpu: str, ram_gib: float, true_layout: Layouts
) -> None:
    layout = true_layout(*model)
    batches = {}
    for name in ("chat", "documents"):
        now = situation(layout, machine(gpu, ram_gib=ram_gib), OBJECTIVES[name])
        plan = best_plan(now, CHAT)
        assert plan.placement.op_offload
        assert plan.placement.n_batch == plan.placement.n_ubatch
        batches[name] = plan.placement.n_ubatch
    assert batches["documents"] >= batches["chat"] > 512


def test_a_processor_alone_gets_no_gpu_wishes(true_layout: Layouts) -> None:
    now = situation(true_layout(*OLMOE), machine(ram_gib=32))
    plain = Placement(n_ctx=8192, n_batch=512, n_threads=8, load_mode="mmap", op_offload=False)
    repacked, as_in_file = ranked_plans(now, CHAT)
    assert repacked.placement == plain
    assert as_in_file.placement == msgspec.structs.replace(plain, use_extra_bufts=False)
    assert best_plan(now, wish(kv_type="q8_0")).placement.kv_type == "q8_0"


def test_more_than_memory_holds_is_read_from_disk_as_it_is(true_layout: Layouts) -> None:
    now = situation(true_layout(*QWEN), machine(ram_gib=16))
    best = ranked_plans(now, CHAT)[0]
    assert best.fits
    assert not best.placement.use_extra_bufts
    assert 0 < best.disk_share < 1


def test_a_device_without_host_buffers_is_not_told_of_pinned_memory(true_layout: Layouts) -> None:
    plans = ranked_plans(situation(true_layout(*OLMOE), machine(PLAIN_GPU)), CHAT)
    assert {plan.placement.load_mode for plan in plans} == {"mmap"}
    assert {plan.placement.op_offload for plan in plans} == {True, False}


@pytest.mark.parametrize(
    ("wishes", "name", "value"),
    [
        (wish(kv_type="q4_0"), "kv_type", "q4_0"),
        (wish(n_threads=3), "n_threads", 3),
        (wish(n_ubatch=256), "n_ubatch", 256),
        (wish(allow_repack=False), "use_extra_bufts", False),
        (Wishes(1234), "n_ctx", 1234),
    ],
)
def test_a_wish_is_kept_by_every_plan(
    wishes: Wishes, name: str, value: object, true_layout: Layouts
) -> None:
    plans = ranked_plans(situation(true_layout(*QWEN), machine("RTX 3060")), wishes)
    assert {getattr(plan.placement, name) for plan in plans} == {value}
    assert {plan.placement.n_batch >= plan.placement.n_ubatch for plan in plans} == {True}


@pytest.mark.parametrize("count", [0, 1, 7, 48])
def test_a_number_of_expert_layers_is_kept(count: int, true_layout: Layouts) -> None:
    """Also where it does not fit: a slider shows by how much."""
    layout = true_layout(*QWEN)
    plans = ranked_plans(situation(layout, machine("RTX 3060")), wish(expert_layers=count))
    for plan in plans:
        placement = plan.placement
        assert len(placement.cpu_expert_layers) == count
        assert (placement.n_gpu_layers, placement.split_layer) == (49, -1)
    assert plans[0].fits == (count > 7)
    if not plans[0].fits:
        assert 0 < plans[0].shortages[0].short_bytes < layout.file_bytes


def test_the_layers_that_cost_the_host_least_leave_first(true_layout: Layouts) -> None:
    """Q2_K's layers are all alike, so they go front to back; dearer ones stay on the GPU."""
    layout = true_layout(*DEEPSEEK)
    assert host_order(layout, AVX2) == layout.expert_layers
    dear = {4, 9}
    layers = tuple(
        replace(layer, routed_types=(("IQ2_XXS", layer.routed_bytes),))
        if layer.index in dear
        else layer
        for layer in layout.layers
    )
    mixed = replace(layout, layers=layers)
    order = host_order(mixed, AVX2)
    assert set(order[-2:]) == dear
    assert list(order[:-2]) == sorted(order[:-2])


@pytest.mark.parametrize(
    "gpus", [(card(24), card(24)), (card(24), card(8)), (card(8), card(24)), (card(12),) * 3]
)
@pytest.mark.parametrize("model", [QWEN, GLM, ("llama-3.1-70b", "Q4_K_M")])
def test_several_gpus(model: tuple[str, str], gpus: tuple[Gpu, ...], true_layout: Layouts) -> None:
    layout = true_layout(*model)
    best = best_plan(situation(layout, machine(*gpus, ram_gib=128)), CHAT)
    assert best.fits
    assert sum(best.placement.layers_by_gpu) == best.placement.n_gpu_layers
    for device in best.devices[:-1]:
        assert not device.used_bytes or device.left_bytes >= GPU_MARGIN_BYTES
    alone = best_plan(situation(layout, machine(gpus[0], ram_gib=128)), CHAT)
    assert best.turn_s <= alone.turn_s * 1.001


@pytest.mark.parametrize(
    "gpus", [("RTX 4090", "RTX 3050"), ("RTX 3050", "RTX 4090"), ("RTX 4090", card(0.7))]
)
def test_a_slow_or_full_gpu_beside_a_fast_one_costs_nothing(
    gpus: tuple[str | Gpu, ...], true_layout: Layouts
) -> None:
    layout = true_layout(*QWEN)
    best = best_plan(situation(layout, machine(*gpus)), CHAT)
    alone = best_plan(situation(layout, machine("RTX 4090")), CHAT)
    assert best.turn_s == pytest.approx(alone.turn_s, rel=0.01)
    assert best.placement.layers_by_gpu[gpus.index("RTX 4090")] == 49


def test_a_nearly_full_second_gpu_sends_no_experts_to_the_host(true_layout: Layouts) -> None:
    layout = true_layout(*OLMOE)
    best = best_plan(situation(layout, machine(card(12), card(0.7))), CHAT)
    assert best.placement.cpu_expert_layers == ()
    assert best.placement.layers_by_gpu == (17, 0)


def test_the_ubatches_are_those_a_gpu_gains_from() -> None:
    assert list(UBATCHES) == sorted(set(UBATCHES))
    assert (UBATCHES[0], UBATCHES[-1]) == (512, 4096)


def test_distinct_keeps_the_first_of_each(true_layout: Layouts) -> None:
    now = situation(true_layout(*OLMOE), machine("RTX 2060"))
    plans = ranked_plans(now, CHAT)
    found = distinct((*plans, *plans), 4)
    assert len(found) == 4
    assert found[0] is plans[0]
    assert len({plan.placement for plan in found}) == 4
