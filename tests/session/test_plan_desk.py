"""The Plan view's logic: a real model planned on this machine, tuned, and loaded as shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import shiboken6
from pytestqt.qtbot import QtBot

from app.hardware_probe import ReadHardware, gather
from app.local_models import LocalModel
from app.model_planning import ModelPlanning, model_planning
from app.paths import Paths
from app.plan_desk import PlanDesk
from app.plan_state import Choices, PlanView
from app.plan_store import PlanStore
from runtime.errors import CoterieError, Problem
from runtime.fake_engine import FakeEngine
from runtime.protocol.messages import MemoryUse
from tests.session.rig import local_model, real_engine

PATIENCE_MS = 60_000


@dataclass
class LoadsStub:
    known: tuple[LocalModel, ...]
    done: list[str] = field(default_factory=list)

    def models(self) -> tuple[LocalModel, ...]:
        return self.known

    def held(self) -> MemoryUse | None:
        return None

    def n_ctx(self) -> int:
        return 512

    def load_model(self, model_id: str) -> None:
        self.done.append(f"load {model_id}")

    def unload(self) -> None:
        self.done.append("unload")


@dataclass
class Desk:
    desk: PlanDesk
    loads: LoadsStub
    store: PlanStore
    qtbot: QtBot
    views: list[PlanView | None] = field(default_factory=list)

    @property
    def view(self) -> PlanView:
        assert self.desk.view is not None
        return self.desk.view

    def until(self, holds: Callable[[PlanView], bool]) -> PlanView:
        self.qtbot.waitUntil(
            lambda: self.desk.view is not None and holds(self.desk.view), timeout=PATIENCE_MS
        )
        return self.view

    def open(self) -> PlanView:
        self.desk.open_plan("tiny")
        return self.until(lambda view: view.phase == "ready")


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> ReadHardware:
    return gather(Paths.beneath(tmp_path_factory.mktemp("home")))


@pytest.fixture
def new_desk(
    qtbot: QtBot, tmp_path: Path, tiny_model: Callable[[str], Path], machine: ReadHardware
) -> Iterator[Callable[..., Desk]]:
    made: list[Desk] = []

    def make(new_engine: Callable[[], object] = FakeEngine) -> Desk:
        store = PlanStore(tmp_path / "placements.json")
        path = tiny_model("qwen3moe")
        loads = LoadsStub((replace(local_model(path), file_bytes=path.stat().st_size),))

        def plan(model: LocalModel, choices: Choices, held: MemoryUse | None) -> ModelPlanning:
            return model_planning(model, machine, store, n_ctx=choices.n_ctx, held=held)

        desk = PlanDesk(loads, store, plan, new_engine, lambda _planning: None)
        made.append(Desk(desk, loads, store, qtbot))
        desk.changed.connect(made[-1].views.append)
        return made[-1]

    yield make
    # Ended and destroyed here: the collector might do it on a thread of the next test's.
    for desk in made:
        desk.desk.close()
        qtbot.waitUntil(lambda: not desk.desk.is_busy, timeout=PATIENCE_MS)  # noqa: B023
        shiboken6.delete(desk.desk)


def test_it_reads_first_and_then_suggests(new_desk: Callable[..., Desk]) -> None:
    desk = new_desk()
    view = desk.open()
    assert desk.views[0] is not None
    assert desk.views[0].phase == "reading"
    assert view.plan is not None
    assert view.plan.fits
    assert view.plan.compute_is_exact, "the engine itself was asked"
    assert view.is_suggested
    assert view.choices.n_ctx == view.plan.placement.n_ctx == 512
    assert view.command.startswith("llama-server -m ")


def test_choices_show_at_once_and_the_suggestion_comes_back(
    new_desk: Callable[..., Desk],
) -> None:
    desk = new_desk()
    before = desk.open()
    desk.desk.choose(replace(before.choices, n_ctx=1024, kv_type="q8_0"))
    view = desk.view
    assert view.plan is not None
    assert (view.plan.placement.n_ctx, view.plan.placement.kv_type) == (1024, "q8_0")
    assert not view.is_suggested
    assert any("KV cache is kept as q8_0" in note for note in view.notes)
    exact = desk.until(lambda view: view.plan is not None and view.plan.compute_is_exact)
    assert exact.choices.n_ctx == 1024
    desk.desk.back_to_suggested()
    assert desk.view.is_suggested


def test_tuning_keeps_the_fastest_for_good(new_desk: Callable[..., Desk], tmp_path: Path) -> None:
    desk = new_desk(real_engine(tmp_path))
    desk.open()
    desk.desk.tune()
    assert desk.view.tune.phase == "running"
    assert desk.loads.done == ["unload"], "its memory is needed"
    view = desk.until(lambda view: view.tune.phase == "done")
    assert 2 <= len(view.tune.rows) <= 6
    assert [row.kept for row in view.tune.rows].count(True) == 1
    kept = next(row for row in view.tune.rows if row.kept)
    assert kept.decode_tokens_per_s == max(
        row.decode_tokens_per_s for row in view.tune.rows if row.plan == kept.plan
    )
    assert view.plan is not None
    assert view.measured is not None
    assert view.plan.placement == kept.plan.placement
    again = new_desk()
    found = again.open()
    assert found.plan is not None
    assert found.plan.placement == kept.plan.placement
    assert found.measured is not None


def test_tuning_can_be_stopped(new_desk: Callable[..., Desk], tmp_path: Path) -> None:
    desk = new_desk(real_engine(tmp_path))
    desk.open()
    desk.desk.tune()
    desk.until(lambda view: bool(view.tune.rows))
    desk.desk.stop_tuning()
    view = desk.until(lambda view: view.tune.phase != "running")
    assert len(view.tune.rows) < 6


def test_loading_is_remembered(new_desk: Callable[..., Desk]) -> None:
    desk = new_desk()
    view = desk.open()
    desk.desk.choose(replace(view.choices, n_ctx=1024))
    desk.desk.load_plan()
    assert desk.loads.done == ["load tiny"]
    model = desk.loads.known[0]
    placement = desk.store.chosen(model.path, model.file_bytes, 0)
    assert placement is not None
    assert placement.n_ctx == 1024
    promised = desk.store.chosen_load(model.path, model.file_bytes, placement)
    assert promised is not None
    assert promised.predicted is not None
    assert 0 < promised.predicted[0] < promised.predicted[1]
    assert desk.store.chosen(model.path, model.file_bytes + 1, 0) is None, "another file"
    assert desk.store.chosen(model.path, model.file_bytes, 2048) is None, "another context"


def test_a_model_that_cannot_be_read_says_why(new_desk: Callable[..., Desk]) -> None:
    desk = new_desk()
    gone = Problem("model_unreadable", "The model file is gone", "There is no file", "Choose.")

    def refuse(*_: object) -> ModelPlanning:
        raise CoterieError(gone)

    desk.desk._make_planning = refuse
    desk.desk.open_plan("tiny")
    assert desk.until(lambda view: view.phase == "failed").problem == gone


def test_closed_while_reading_it_stays_closed(new_desk: Callable[..., Desk]) -> None:
    desk = new_desk()
    desk.desk.open_plan("tiny")
    desk.desk.close_plan()
    assert desk.desk.view is None
    desk.open()
    assert [view is None for view in desk.views].count(True) == 1
