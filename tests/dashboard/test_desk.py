"""The dashboard's logic: what it reads and draws when, what it keeps unseen, what it tells."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec.structs import replace as changed

from app.dashboard.door import DashboardDoor
from app.dashboard.held_devices import LoadedMemory
from app.dashboard.machine_sample import GpuSample, MachineSample
from app.dashboard.run import Run, RunFacts
from app.dashboard.sampler import HIDDEN_EVERY_S, SEEN_EVERY_S, Wanted
from app.dashboard.state import DashboardView, Remedy
from app.session_state import Conversation, EngineState
from app.store import ConversationStore
from runtime.errors import CoterieError, Problem
from runtime.fake_engine import MEMORY
from runtime.gguf.reader import read_header
from runtime.placement.model_layout import model_layout
from runtime.protocol.messages import MemoryUse
from runtime.protocol.placement import Placement
from tests.dashboard.desk_rig import (
    ANSWER,
    HARDWARE,
    QUESTION,
    READY,
    RUNNING,
    DeskRig,
    answered,
)
from tests.dashboard.ledger_runs import stats
from tests.dashboard.test_expert_totals import picks

GIB = 1 << 30
SAMPLE = MachineSample(1.0, 8 * GIB, 5 * GIB)
MANY, MOST_MS = 20_000, 250


@pytest.fixture
def loaded(tiny_model: Callable[[str], Path]) -> LoadedMemory:
    layout = model_layout(read_header(tiny_model("llama")))
    return LoadedMemory(layout, Placement(n_ctx=4096), MEMORY)


# What is read and drawn, and when


def test_unseen_it_draws_nothing_and_reads_nothing(rig: DeskRig) -> None:
    rig.put(engine=EngineState("loading"))
    rig.put(engine=READY)
    answered(rig)
    rig.sampler.sampled.emit(SAMPLE)
    rig.settle()
    assert rig.views == []
    assert (rig.read_after, rig.loads) == ([], 0)
    assert rig.view == DashboardView()
    assert {asked.every_s for asked in rig.sampler.asked} == {HIDDEN_EVERY_S, None}
    assert rig.sampler.asked[-1] == Wanted(7, None)


def test_an_answer_is_watched_unseen_so_that_its_warnings_are_there_at_once(rig: DeskRig) -> None:
    rig.put(answer=RUNNING)
    assert rig.sampler.asked == [Wanted(7, HIDDEN_EVERY_S)]
    rig.sampler.sampled.emit(SAMPLE)
    rig.look()
    assert rig.sampler.asked[-1] == Wanted(7, SEEN_EVERY_S)
    assert rig.view.memory.devices[0].total_bytes == 8 * GIB


def test_what_is_seen_is_what_is_stored(rig: DeskRig) -> None:
    rig.keep("2026-11-20 10:00", stats(answer=100), model="gone")
    rig.keep("2026-11-20 11:00", stats(answer=200))
    rig.look()
    view = rig.view
    assert rig.views[-1] == view
    assert rig.read_after == [0]
    assert view.runs == 2
    assert view.model_id == "tiny"
    assert view.models == (("tiny", "Tiny Q8_0"), ("gone", "gone"))
    assert view.model_label == view.speed.label == "Tiny Q8_0"
    assert [point.tokens_per_s for point in view.speed.points] == [50.0]
    assert {period.name: period.tokens for period in view.money.periods}["ever"] == 2_300
    assert view.energy.joules_per_token == pytest.approx(3600 / 200)
    assert view.card is not None
    assert (view.card.model, view.card.hardware) == ("Tiny", HARDWARE)
    assert view.card.answer_tokens == 200
    assert view.answer.decode_tokens_per_s == 50.0
    assert abs(view.now_s - time.time()) < 60


def test_a_new_run_is_there_after_the_answer(rig: DeskRig) -> None:
    rig.keep("2026-11-20 10:00")
    rig.look()
    answered(rig)
    rig.until(lambda: rig.view.runs == 2)
    # Only what is new is read.
    assert rig.read_after == [0, 1]
    assert len(rig.view.speed.points) == 2


def test_an_answer_that_is_followed_at_once_by_the_next_has_ended_too(rig: DeskRig) -> None:
    """A message that waited goes out in the same turn: no state without an answer is ever told."""
    rig.look()
    rig.put(answer=RUNNING)
    rig.keep(time.time())
    chat = Conversation(1, "", (QUESTION, ANSWER, QUESTION))
    rig.put(answer=replace(RUNNING, text=""), conversation=chat, last_experts=picks(1, 2, 3, 0))
    rig.until(lambda: rig.view.runs == 1)
    assert rig.totals.of("tiny") == picks(1, 2, 3, 0)


def test_while_hidden_again_nothing_is_drawn_and_afterwards_nothing_is_missing(
    rig: DeskRig,
) -> None:
    rig.look()
    rig.sampler.sampled.emit(SAMPLE)
    rig.desk.look(False)
    drawn = len(rig.views)
    answered(rig)
    rig.sampler.sampled.emit(SAMPLE)
    rig.desk.compare_with("out")
    rig.tell_state()
    rig.settle()
    assert len(rig.views) == drawn
    assert rig.view.memory.devices == ()
    assert rig.read_after == [0]
    assert rig.sampler.asked[-1] == Wanted(7, None)
    rig.look()
    assert (rig.view.runs, rig.view.money.reference_id) == (1, "out")


def test_runs_that_come_when_it_is_hidden_are_drawn_when_it_is_seen(rig: DeskRig) -> None:
    rig.keep("2026-11-20 10:00")
    rig.desk.look(True)
    rig.desk.look(False)
    drawn = len(rig.views)
    rig.settle()
    assert (len(rig.views), rig.view.runs) == (drawn, 0)
    rig.desk.look(True)
    assert rig.view.runs == 1


def test_samples_and_tokens_are_drawn_four_times_a_second_at_most(rig: DeskRig) -> None:
    rig.look()
    before = len(rig.views)
    for count in range(1, 40):
        rig.put(answer=replace(RUNNING, completion_tokens=count))
        rig.sampler.sampled.emit(changed(SAMPLE, at_s=float(count)))
    assert len(rig.views) == before
    began_s = time.monotonic()
    rig.settle()
    assert time.monotonic() - began_s >= 0.2
    assert len(rig.views) == before + 1
    assert rig.view.answer.context_used == 39
    assert rig.view.answer.is_live


def test_another_worker_is_sampled(rig: DeskRig) -> None:
    rig.look()
    rig.put(engine=replace(READY, pid=8))
    assert rig.sampler.asked[-1] == Wanted(8, SEEN_EVERY_S)


def test_the_header_is_read_once_for_each_load(rig: DeskRig, loaded: LoadedMemory) -> None:
    """The model may have been loaded long before the dashboard is opened."""
    rig.read_loaded = lambda _state: loaded
    rig.look()
    assert rig.loads == 1
    rig.sampler.sampled.emit(SAMPLE)
    later = MemoryUse((changed(MEMORY.devices[0], kv_bytes=77),), MEMORY.rss_bytes)
    rig.put(engine=replace(READY, memory=later))
    rig.settle()
    assert rig.loads == 1
    kv = next(p for p in rig.view.memory.devices[0].parts if p.memory_class == "kv")
    assert kv.actual_bytes == 77
    rig.put(engine=EngineState("loading", pid=None))
    rig.put(engine=replace(READY, pid=8))
    rig.settle()
    assert rig.loads == 2
    rig.desk.look(False)
    rig.put(engine=EngineState("loading", pid=None))
    rig.put(engine=replace(READY, pid=9))
    rig.settle()
    assert rig.loads == 2


def test_a_header_that_cannot_be_read_is_told(rig: DeskRig) -> None:
    gone = Problem("model_missing", "The model is gone", "tiny.gguf was moved", "Look for it.")

    def refuse(_state: object) -> None:
        raise CoterieError(gone)

    rig.read_loaded = refuse
    rig.look()
    assert rig.session.told == [gone]


def test_a_store_that_refuses_is_shown_until_it_is_read(rig: DeskRig) -> None:
    rig.store.close()
    rig.database.unlink()
    rig.database.mkdir()
    rig.look()
    problem = rig.view.problem
    assert problem is not None
    assert (bool(problem.message), bool(problem.remedy)) == (True, True)
    assert rig.views[-1].problem == problem
    rig.database.rmdir()
    ConversationStore(rig.database).close()
    answered(rig, stored=False)
    rig.until(lambda: rig.views[-1].problem is None)


def test_nothing_is_read_after_the_close(rig: DeskRig) -> None:
    rig.keep("2026-11-20 10:00")
    rig.desk.look(True)
    rig.desk.close()
    drawn = len(rig.views)
    rig.settle()
    assert len(rig.views) == drawn
    assert rig.sampler.is_closed


def many_runs() -> tuple[Run, ...]:
    """A year of a busy person's: three models, some counted, two placements."""
    began_s = time.time() - 365 * 86_400
    return tuple(
        Run(
            n,
            began_s + n * 1_500,
            ("tiny", "tiny", "other")[n % 3],
            stats(answer=100 + n % 400, elapsed_s=3.0 + n % 7, decode_rate=40.0 + n % 11),
            n // 20,
            n,
            RunFacts("Q8_0", "0.3.36", f"p{n // 5_000}", 4096, False, (38.0, 52.0), n % 5 == 0),
        )
        for n in range(1, MANY + 1)
    )


def test_twenty_thousand_runs_do_not_hold_up_the_window(rig: DeskRig) -> None:
    """Counted in the thread's own time: other programs are not its fault."""
    rig.desk._read_runs = lambda run_id: many_runs() if run_id == 0 else ()
    rig.look()
    assert rig.view.runs == MANY
    took_ms = []
    for _ in range(3):
        began_s = time.thread_time()
        rig.desk.show_model("tiny")
        took_ms.append((time.thread_time() - began_s) * 1000)
    assert rig.view.speed.points[-1].run_id == MANY - 1
    assert min(took_ms) <= MOST_MS


# Which model, and choices


def test_another_model_is_shown_until_the_last_one_is_wanted_again(rig: DeskRig) -> None:
    rig.keep("2026-11-20 10:00", stats(decode_rate=9.0), model="other")
    rig.keep("2026-11-20 11:00")
    rig.totals.add("other", picks(1, 1, 1, 1))
    rig.put(last_experts=picks(1, 2, 3, 0))
    rig.totals.forget("tiny")
    rig.look()
    assert rig.view.experts.use == picks(1, 2, 3, 0)
    rig.desk.show_model("other")
    assert (rig.view.model_id, rig.view.model_label) == ("other", "Other Q8_0")
    assert [point.tokens_per_s for point in rig.view.speed.points] == [9.0]
    # Of the last answer's model it is not.
    assert (rig.view.experts.use, rig.view.experts.summed) == (None, picks(1, 1, 1, 1))
    rig.desk.show_model("")
    assert rig.view.model_id == "tiny"
    assert rig.view.experts.use == picks(1, 2, 3, 0)


def test_without_a_model_the_one_that_answered_last_is_shown(rig: DeskRig) -> None:
    rig.keep("2026-11-20 10:00", model="gone")
    rig.put(model=None, engine=EngineState())
    rig.look()
    assert (rig.view.model_id, len(rig.view.speed.points)) == ("gone", 1)


def test_choices_are_settings_and_redraw_all(rig: DeskRig) -> None:
    rig.keep(time.time())
    rig.look()
    # All in one turn, before the session tells the first of them.
    rig.desk.compare_with("out")
    rig.desk.set_hardware(2_000.0, 5.0)
    rig.desk.set_energy(380.0, True, 12.5)
    settings = rig.session.state.settings
    assert settings.reference_price == "out"
    assert (settings.hardware_usd, settings.hardware_years) == (2_000.0, 5.0)
    assert (settings.grams_co2_per_kwh, settings.subtract_idle) == (380.0, True)
    assert settings.idle_w == 12.5
    rig.tell_state()
    assert rig.view.money.reference_id == "out"
    assert rig.view.money.hardware.price_usd == 2_000.0
    assert rig.view.energy.month_co2_kg is not None


# Remedies


@pytest.mark.parametrize(
    ("remedy", "n_ctx", "calls", "settings_n_ctx"),
    [
        ("relieve_gpu", 8192, [3 * GIB, "relieve_gpu"], 0),
        ("smaller_context", 8192, ["restart_engine"], 4096),
        ("smaller_context", 1500, ["restart_engine"], 1024),
        ("plan", 8192, ["plan of tiny"], 0),
        # Before its header is read there is no placement to change.
        ("q8_kv", 8192, ["plan of tiny"], 0),
        ("", 8192, [], 0),
    ],
)
def test_remedies(
    rig: DeskRig, remedy: Remedy, n_ctx: int, calls: list[object], settings_n_ctx: int
) -> None:
    rig.desk.plan_wanted.connect(lambda model: rig.session.calls.append(f"plan of {model}"))
    rig.put(engine=replace(READY, n_ctx=n_ctx))
    gpus = (
        GpuSample("A", 8 * GIB, 3 * GIB),
        GpuSample("B", 8 * GIB, 5 * GIB),
        GpuSample("no driver"),
    )
    rig.sampler.sampled.emit(changed(SAMPLE, gpus=gpus))
    rig.desk.relieve(remedy)
    assert rig.session.calls == calls
    assert rig.session.state.settings.n_ctx == settings_n_ctx


def test_the_kv_cache_is_kept_smaller_at_one_press(rig: DeskRig, loaded: LoadedMemory) -> None:
    rig.read_loaded = lambda _state: loaded
    rig.look()
    rig.desk.relieve("q8_kv")
    assert rig.chosen == [("tiny", changed(loaded.placement, kv_type="q8_0"))]
    assert rig.session.calls == ["restart_engine"]


# Files


def test_all_runs_are_exported(rig: DeskRig) -> None:
    rig.keep("2026-11-20 10:00", model="other")
    rig.keep("2026-11-20 11:00")
    rig.look()
    for name in ("csv", "json"):
        rig.desk.export_runs(str(rig.folder / f"runs.{name}"), name)
        rig.settle()
    with (rig.folder / "runs.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["model"] for row in rows] == ["other", "tiny"]
    written = json.loads((rig.folder / "runs.json").read_text())["runs"]
    assert [row["model"] for row in written] == ["other", "tiny"]
    assert rig.session.told == []


def test_experts_are_exported(rig: DeskRig) -> None:
    file = rig.folder / "experts.csv"
    rig.look()
    rig.desk.export_experts(str(file))
    assert not file.exists()
    answered(rig, last_experts=picks(1, 2, 3, 0))
    answered(rig, last_experts=picks(1, 0, 0, 1))
    rig.settle()
    rig.desk.export_experts(str(file))
    rows = list(csv.reader(file.read_text().splitlines()))
    counts = [int(row[rows[0].index("count")]) for row in rows[1:]]
    assert counts == [2, 2, 3, 1]


def test_exports_that_fail_are_told(rig: DeskRig) -> None:
    rig.look()
    rig.desk.export_runs(str(rig.folder / "runs.csv"), "csv")
    rig.settle()
    answered(rig, last_experts=picks(1, 2, 3, 0))
    rig.settle()
    for path in (rig.folder, "\0"):
        rig.desk.export_runs(str(path), "csv")
        rig.desk.export_experts(str(path))
        rig.settle()
    kinds = [problem.kind for problem in rig.session.told]
    assert kinds == ["export_empty", *["not_exported"] * 4]
    assert all(problem.remedy for problem in rig.session.told)
    assert not (rig.folder / "runs.csv").exists()


# The door to it


def test_the_door_opens_when_it_is_wanted_or_experts_are_counted(rig: DeskRig) -> None:
    made: list[int] = []

    def make() -> object:
        made.append(1)
        return rig.desk

    door = DashboardDoor(make)  # type: ignore[arg-type]
    state = rig.session.state
    door.show_state(replace(state, answer=RUNNING))
    door.close()
    assert (made, rig.sampler.is_closed) == ([], False)
    counting = changed(state.settings, capture_experts=True)
    door.show_state(replace(state, settings=counting, answer=RUNNING))
    door.show_state(replace(state, settings=counting, last_experts=picks(1, 2, 3, 0)))
    assert rig.totals.of("tiny") == picks(1, 2, 3, 0)
    assert door.open() is rig.desk
    assert made == [1]
    door.close()
    assert rig.sampler.is_closed
