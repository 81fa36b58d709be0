"""A load that nobody planned gets its prediction once, after it is ready."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.late_prediction import LatePrediction, used_placement
from app.local_models import LocalModel
from app.placed_load import PlacedLoad
from runtime.errors import CoterieError, Problem
from runtime.placement.plan import Plan
from runtime.protocol.messages import DeviceMemory, MemoryUse
from runtime.protocol.placement import Placement
from tests.dashboard.loads import plan_on, qwen
from tests.ui import states

HOST = MemoryUse((DeviceMemory("RAM", True, 400 << 20, 100 << 20, 20 << 20),), 600 << 20)
ON_GPU = MemoryUse((DeviceMemory("CUDA0", False, 400 << 20, 0, 0), *HOST.devices), 600 << 20)


@dataclass
class Planned:
    """Gives `plan` for every placement, and keeps what it was asked."""

    plan: Plan
    asked: list[Placement]

    @property
    def planner(self) -> Planned:
        return self

    def of(self, placement: Placement) -> Plan:
        self.asked.append(placement)
        return replace(self.plan, placement=placement)


class Planning:
    def __init__(self, folder: Path) -> None:
        self.planned = Planned(plan_on(qwen(folder)), [])
        self.models: list[tuple[str, int]] = []
        self.refusal: CoterieError | None = None

    def __call__(self, model: LocalModel, n_ctx: int) -> Planned:
        self.models.append((model.id, n_ctx))
        if self.refusal is not None:
            raise self.refusal
        return self.planned


@pytest.fixture
def planning(tmp_path: Path) -> Planning:
    return Planning(tmp_path)


@pytest.fixture
def late(planning: Planning, qapp: object) -> LatePrediction:
    return LatePrediction(planning, after_ms=0)  # type: ignore[arg-type]


def test_a_load_without_a_plan_is_predicted_once(
    late: LatePrediction, planning: Planning, qtbot: QtBot
) -> None:
    state = states.state(engine=states.engine(memory=HOST))
    with qtbot.waitSignal(late.predicted) as told:
        late.show_state(state)
    pid, placed, plan = told.args
    speed = planning.planned.plan.speed
    assert pid == 4711
    assert placed == PlacedLoad(predicted=(speed.decode_low, speed.decode_high))
    assert plan.placement == planning.planned.asked[0]
    with qtbot.assertNotEmitted(late.predicted, wait=50):
        late.show_state(replace(state, context_used=10))
    assert planning.models == [(states.STARTER.id, 8192)]


def test_what_was_planned_before_or_does_not_run_is_left_alone(
    late: LatePrediction, planning: Planning, qtbot: QtBot
) -> None:
    known = PlacedLoad(predicted=(1.0, 2.0))
    with qtbot.assertNotEmitted(late.predicted, wait=50):
        late.show_state(states.state(engine=states.engine(placed=known)))
        late.show_state(states.state(engine=states.engine(phase="loading", pid=5)))
        late.show_state(states.state(engine=states.engine(pid=6), model=None))
    assert planning.models == []


def test_a_file_that_can_not_be_read_stays_without(
    late: LatePrediction, planning: Planning, qtbot: QtBot
) -> None:
    planning.refusal = CoterieError(Problem("model_unreadable", "Gone", "It is gone"))
    with qtbot.assertNotEmitted(late.predicted, wait=50):
        late.show_state(states.state(engine=states.engine(memory=HOST)))
    qtbot.waitUntil(lambda: planning.models != [])


@pytest.mark.parametrize(
    ("placed", "memory", "layers"),
    [
        (PlacedLoad(), HOST, 0),
        (PlacedLoad(), ON_GPU, 999),
        (PlacedLoad(Placement(n_gpu_layers=7)), ON_GPU, 7),
    ],
)
def test_how_the_engine_placed_it(placed: PlacedLoad, memory: MemoryUse, layers: int) -> None:
    used = used_placement(placed, memory, 4096, 3)
    assert (used.n_gpu_layers, used.n_ctx, used.n_threads) == (layers, 4096, 3)


def test_it_waits_for_the_end_of_an_answer(
    late: LatePrediction, planning: Planning, qtbot: QtBot
) -> None:
    idle = states.state(engine=states.engine(memory=HOST))
    busy = replace(idle, answer=states.running("So"))
    with qtbot.assertNotEmitted(late.predicted, wait=50):
        late.show_state(busy)
        late.show_state(replace(busy, context_used=5))
    assert planning.models == []
    with qtbot.waitSignal(late.predicted):
        late.show_state(idle)


def test_an_answer_that_begins_before_it_puts_it_off(planning: Planning, qtbot: QtBot) -> None:
    late = LatePrediction(planning, after_ms=200)  # type: ignore[arg-type]
    idle = states.state(engine=states.engine(memory=HOST))
    late.show_state(idle)
    with qtbot.assertNotEmitted(late.predicted, wait=400):
        late.show_state(replace(idle, answer=states.running("So")))
    with qtbot.waitSignal(late.predicted):
        late.show_state(idle)
