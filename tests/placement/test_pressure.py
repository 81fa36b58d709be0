"""Other programs fill a GPU: enough experts leave it, and not one more."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.true_shapes.specs import SPECS
from benchmarks.true_shapes.writer import write_header
from runtime.gguf.reader import read_header
from runtime.placement.model_layout import model_layout
from runtime.placement.plan import Situation
from runtime.placement.pressure import relieved
from runtime.placement.search import Wishes, best_plan
from tests.placement.machines import machine, situation

MIB = 1 << 20


@pytest.fixture(scope="module")
def twelve(tmp_path_factory: pytest.TempPathFactory) -> Situation:
    path: Path = tmp_path_factory.mktemp("shape") / "qwen.gguf"
    write_header(SPECS["qwen3-30b-a3b"], "Q4_K_M", path)
    return situation(model_layout(read_header(path)), machine("RTX 3060"))


@pytest.mark.parametrize(("free_mib", "more"), [(2000, 0), (256, 0), (255, 2), (0, 3)])
def test_as_many_layers_as_it_takes(twelve: Situation, free_mib: int, more: int) -> None:
    placement = best_plan(twelve, Wishes(8192)).placement
    plan = relieved(twelve, placement, free_mib * MIB)
    if not more:
        assert plan is None
        return
    assert plan is not None
    moved = len(plan.placement.cpu_expert_layers) - len(placement.cpu_expert_layers)
    assert moved == more
    layer = max(layer.routed_bytes for layer in twelve.layout.layers)
    assert free_mib * MIB + moved * layer >= 768 * MIB > free_mib * MIB + (moved - 1) * layer


def test_nothing_to_move_is_nothing_to_offer(twelve: Situation) -> None:
    alone = situation(twelve.layout, machine())
    assert relieved(alone, best_plan(alone, Wishes(8192)).placement, 0) is None
