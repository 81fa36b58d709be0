"""A load that failed for memory gives something up, step by step, until nothing is left."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from benchmarks.true_shapes.specs import SPECS
from benchmarks.true_shapes.writer import write_header
from runtime.gguf.reader import read_header
from runtime.placement.model_layout import ModelLayout, model_layout
from runtime.placement.plan import Situation
from runtime.placement.safer import safer_plan
from runtime.placement.search import Wishes, best_plan
from tests.placement.machines import machine, situation


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> ModelLayout:
    path = tmp_path_factory.mktemp("shape") / "qwen.gguf"
    write_header(SPECS["qwen3-30b-a3b"], "Q4_K_M", path)
    return model_layout(read_header(path))


@pytest.fixture
def twelve(layout: ModelLayout) -> Situation:
    return situation(layout, machine("RTX 3060"))


def test_a_full_gpu_gives_up_experts_then_layers_then_itself(twelve: Situation) -> None:
    placement = best_plan(twelve, Wishes(8192)).placement
    seen = [placement]
    while plan := safer_plan(twelve, seen[-1], "gpu_memory"):
        seen.append(plan.placement)
    experts = [len(p.cpu_expert_layers) for p in seen]
    assert experts[1] > experts[0]
    assert max(experts) == 48
    assert [p.n_gpu_layers for p in seen] == sorted((p.n_gpu_layers for p in seen), reverse=True)
    assert seen[-1].n_gpu_layers == 0
    assert len(set(seen)) == len(seen)


def test_memory_that_cannot_be_pinned_costs_the_gpu_nothing(twelve: Situation) -> None:
    placement = replace(best_plan(twelve, Wishes(8192)).placement, load_mode="none")
    plan = safer_plan(twelve, placement, "pinned_memory")
    assert plan is not None
    assert plan.placement == replace(placement, load_mode="mmap")
    assert safer_plan(twelve, plan.placement, "pinned_memory") is None


def test_a_full_host_maps_its_weights_and_leaves_repacking_out(twelve: Situation) -> None:
    placement = replace(best_plan(twelve, Wishes(8192)).placement, load_mode="none")
    plan = safer_plan(twelve, placement, "host_memory")
    assert plan is not None
    assert (plan.placement.load_mode, plan.placement.use_extra_bufts) == ("mmap", False)
    assert safer_plan(twelve, plan.placement, "host_memory") is None


def test_a_processor_alone_has_nothing_to_move(layout: ModelLayout) -> None:
    alone = situation(layout, machine())
    placement = best_plan(alone, Wishes(8192)).placement
    assert safer_plan(alone, placement, "gpu_memory") is None
