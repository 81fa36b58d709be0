"""llama.cpp's own fit, redone: the last layers keep their experts on the host, 1 GiB stays free."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from runtime.placement.fit_rule import MARGIN_BYTES, fit_placement, fit_plan
from runtime.placement.model_layout import ModelLayout
from runtime.placement.plan import Situation, uses
from runtime.placement.search import with_layers
from runtime.protocol.placement import Placement
from tests.placement.machines import card, machine, situation

Layouts = Callable[[str, str], ModelLayout]
QWEN = ("qwen3-30b-a3b", "Q4_K_M")
OSS = ("gpt-oss-20b", "MXFP4")
GLM = ("glm-4.5-air", "Q4_K_M")
DEEPSEEK = ("deepseek-v3", "Q2_K")


def leaves_margin(now: Situation, placement: Placement) -> bool:
    return all(gpu.left_bytes >= MARGIN_BYTES for gpu in uses(now, placement)[:-1])


@pytest.mark.parametrize(
    ("model", "gib"),
    [
        *((QWEN, gib) for gib in (4, 6, 8, 12, 16)),
        *((OSS, gib) for gib in (6, 8, 12)),
        *((GLM, gib) for gib in (12, 24, 64)),
        *((DEEPSEEK, gib) for gib in (24, 80)),
    ],
)
def test_experts_are_given_back_from_the_first_layer_on(
    model: tuple[str, str], gib: float, true_layout: Layouts
) -> None:
    layout = true_layout(*model)
    now = situation(layout, machine(card(gib), ram_gib=512))
    found, experts = fit_placement(now, 8192, 8), layout.expert_layers
    away = found.cpu_expert_layers
    assert away == experts[len(experts) - len(away) :]
    assert 0 < len(away) < len(experts)
    assert found.n_gpu_layers == layout.n_layer + 1
    assert leaves_margin(now, found)
    given = len(experts) - len(away)
    if found.split_layer >= 0:
        assert found.split_layer == experts[given - 1]
        assert found.split_stems in (("ffn_down",), ("ffn_down", "ffn_gate"))
    # One more layer on the GPU, or the split one whole, would take the margin.
    more = experts[given:] if found.split_layer >= 0 else experts[given + 1 :]
    fuller = replace(found, cpu_expert_layers=more, split_layer=-1, split_stems=())
    assert not leaves_margin(now, fuller)


def test_what_it_never_thinks_of(true_layout: Layouts) -> None:
    found = fit_placement(situation(true_layout(*QWEN), machine("RTX 3060")), 8192, 6)
    told = (found.n_batch, found.n_ubatch, found.kv_type, found.load_mode, found.n_threads)
    assert told == (2048, 512, "f16", "mmap", 6)
    assert (found.no_host, found.op_offload, found.use_extra_bufts) == (False, True, True)


@pytest.mark.parametrize(("gib", "changes"), [(22, False), (18, True)])
def test_all_of_it_where_that_leaves_a_gib(gib: float, changes: bool, true_layout: Layouts) -> None:
    now = situation(true_layout(*QWEN), machine(card(gib)))
    found = fit_placement(now, 8192, 8)
    assert found.n_gpu_layers == 49
    assert bool(found.cpu_expert_layers or found.split_layer >= 0) == changes
    assert leaves_margin(now, with_layers(now, found, 49))


@pytest.mark.parametrize(
    ("model", "gib"), [(QWEN, 2.5), (DEEPSEEK, 8), (("llama-3.1-70b", "Q4_K_M"), 24)]
)
def test_fewer_layers_where_even_all_experts_away_is_too_much(
    model: tuple[str, str], gib: float, true_layout: Layouts
) -> None:
    layout = true_layout(*model)
    now = situation(layout, machine(card(gib), ram_gib=512))
    found = fit_placement(now, 8192, 8)
    assert 0 < found.n_gpu_layers < layout.n_layer + 1
    assert found.cpu_expert_layers == layout.expert_layers
    assert leaves_margin(now, found)
    assert not leaves_margin(now, with_layers(now, found, found.n_gpu_layers + 1))


def test_a_gpu_that_is_full_gets_nothing(true_layout: Layouts) -> None:
    now = situation(true_layout(*QWEN), machine(card(1)))
    assert fit_placement(now, 8192, 8).n_gpu_layers == 0


def test_without_a_gpu(true_layout: Layouts) -> None:
    now = situation(true_layout(*QWEN), machine())
    assert fit_plan(now, 8192, 8).placement == Placement(
        n_ctx=8192, n_batch=2048, n_ubatch=512, n_threads=8
    )


def test_two_gpus_keep_a_gib_each(true_layout: Layouts) -> None:
    now = situation(true_layout(*GLM), machine(card(24), card(12), ram_gib=128))
    found = fit_placement(now, 8192, 8)
    assert sum(found.layers_by_gpu) == found.n_gpu_layers == 48
    assert leaves_margin(now, found)
    assert 0 < len(found.cpu_expert_layers) < 45
