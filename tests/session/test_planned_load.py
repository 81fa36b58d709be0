"""What the placer says of a load: the band that was planned, and whether it was tuned."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import shiboken6
from pytestqt.qtbot import QtBot

from app.hardware_probe import gather
from app.local_models import LocalModel
from app.model_planning import ModelPlanning, model_planning
from app.paths import Paths
from app.placed_load import PlacedLoad
from app.placer import PlanningPlacer
from app.plan_store import PlanStore, Tuned
from runtime.placement.calibration import Observation
from runtime.placement.search import Wishes
from runtime.protocol.messages import MemoryUse
from tests.session.rig import local_model

NO_MEMORY = MemoryUse((), 0)
N_CTX = 512


@pytest.fixture
def model(tiny_model: Callable[[str], Path]) -> LocalModel:
    path = tiny_model("qwen3moe")
    return replace(local_model(path), file_bytes=path.stat().st_size)


@pytest.fixture
def store(tmp_path: Path) -> PlanStore:
    return PlanStore(tmp_path / "placements.json")


@pytest.fixture
def placer(qtbot: QtBot, store: PlanStore) -> Iterator[PlanningPlacer]:
    def never(model: LocalModel, n_ctx: int) -> ModelPlanning:
        raise AssertionError

    made = PlanningPlacer(store, never, offloads=lambda: False)
    yield made
    shiboken6.delete(made)


@pytest.fixture
def plan(model: LocalModel, store: PlanStore, tmp_path: Path) -> Callable[[], ModelPlanning]:
    read = gather(Paths.beneath(tmp_path))
    return lambda: model_planning(model, read, store, n_ctx=N_CTX)


def test_nothing_was_planned(placer: PlanningPlacer, plan: Callable[[], ModelPlanning]) -> None:
    planning = plan()
    placement = planning.planner.quick(Wishes(N_CTX)).placement
    assert placer.loaded(planning.model, placement, NO_MEMORY) is None


def test_the_band_is_the_calibrated_one_of_this_very_placement(
    placer: PlanningPlacer, plan: Callable[[], ModelPlanning], store: PlanStore
) -> None:
    first = plan()
    placement = first.planner.quick(Wishes(N_CTX)).placement
    raw = first.planner.of(placement).speed.raw_decode
    for _ in range(5):
        store.observe(first.rates, Observation(100.0, 100.0, raw, raw / 2))
    planning = plan()
    placer.use(planning)
    found = placer.loaded(planning.model, placement, NO_MEMORY)
    assert found is not None
    assert found.predicted is not None
    low, high = found.predicted
    assert low < raw / 2 < high < raw
    assert (found.placement, found.tuned) == (placement, False)


def test_tuned_is_the_fastest_that_was_measured_and_no_other(
    placer: PlanningPlacer, plan: Callable[[], ModelPlanning], store: PlanStore
) -> None:
    planning = plan()
    placer.use(planning)
    placement = planning.planner.quick(Wishes(N_CTX)).placement
    store.keep_tuned(planning.key, Tuned(placement, 100.0, 40.0, 1e9))
    other = planning.planner.quick(Wishes(N_CTX, kv_type="q8_0")).placement
    assert other != placement
    loads = [placer.loaded(planning.model, one, NO_MEMORY) for one in (placement, other)]
    assert [load.tuned for load in loads if load is not None] == [True, False]


def test_what_was_chosen_earlier_keeps_its_promise(
    placer: PlanningPlacer, plan: Callable[[], ModelPlanning], store: PlanStore
) -> None:
    """After a restart nothing is planned anew for it."""
    planning = plan()
    model, placement = planning.model, planning.planner.quick(Wishes(N_CTX)).placement
    store.choose(model.path, model.file_bytes, placement, tuned=True, predicted=(30.0, 41.0))
    found = placer.loaded(model, placement, NO_MEMORY)
    assert found == PlacedLoad(placement, True, (30.0, 41.0))
