"""Tuning: the fastest measured plan is kept, failures cost one trial, and it stops when told."""

from __future__ import annotations

import queue
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.plan_store import PlanKey, PlanStore
from app.planner import Planner
from app.tune_candidates import UBATCH_RANGE, first_plans, neighbours
from app.tune_record import keep_result, learn
from app.tuner import LEAST_LEFT_BYTES, Trial, Tuner, TuneResult, fastest
from runtime.engine_process import Engine, EngineProcess
from runtime.errors import Problem
from runtime.fake_engine import FakeEngine
from runtime.gguf.split_files import read_model
from runtime.placement.calibration import Calibration
from runtime.placement.hardware import Hardware
from runtime.placement.model_layout import ModelLayout, model_layout
from runtime.placement.plan import Plan
from runtime.placement.search import Wishes
from runtime.protocol.frames import Command, Load, Measure, Measured
from runtime.protocol.placement import Placement
from tests.placement.machines import CHAT, machine

WISHES = Wishes(512)
PATIENCE_S = 20
Rate = Callable[[Placement], float]


class Scripted(FakeEngine):
    """Decodes as many tokens/s as `rate` says of the placement it was loaded with."""

    def __init__(self, rate: Rate, free_bytes: tuple[int, ...] = ()) -> None:
        super().__init__()
        self.rate, self.free_bytes = rate, free_bytes
        self.placement = Placement()

    def send(self, command: Command) -> None:
        if isinstance(command, Load) and command.placement is not None:
            self.placement = command.placement
        if not isinstance(command, Measure):
            super().send(command)
            return
        self.sent.append(command)
        rate = self.rate(self.placement)
        if not rate:
            self.exit(-11, log_tail="ggml_cuda: out of memory")
            return
        tokens = command.prompt_tokens, command.decode_tokens
        seconds = tokens[0] / (10 * rate), tokens[1] / rate
        self._emit(
            Measured(
                command.request_id, tokens[0], seconds[0], tokens[1], seconds[1], self.free_bytes, 2
            )
        )


@pytest.fixture(scope="module")
def layout(tiny_model: Callable[[str], Path]) -> ModelLayout:
    return model_layout(read_model(tiny_model("llama")))


class Bench:
    """A tuner over scripted engines, and all that it said."""

    def __init__(
        self,
        layout: ModelLayout,
        rate: Rate = lambda _: 40.0,
        hardware: Hardware | None = None,
        *,
        free_bytes: tuple[int, ...] = (),
        new_engine: Callable[[], Engine] | None = None,
        **options: object,
    ) -> None:
        self.engines: list[Scripted] = []
        self.seen: list[tuple[Plan, Trial | None]] = []
        self.planner = Planner(layout, hardware or machine(cores=4), CHAT, Calibration())

        def scripted() -> Scripted:
            self.engines.append(Scripted(rate, free_bytes))
            return self.engines[-1]

        self.tuner = Tuner(
            self.planner,
            WISHES,
            "model.gguf",
            new_engine or scripted,
            on_trial=lambda plan, trial: self.seen.append((plan, trial)),
            **options,
        )

    @property
    def tried(self) -> list[Placement]:
        return [plan.placement for plan, trial in self.seen if trial is None]


def test_the_fastest_is_kept_and_followed(layout: ModelLayout) -> None:
    """Without repacking and with fewer threads is faster here: one step leads to the next."""

    def rate(placement: Placement) -> float:
        return 40 + 10 * (not placement.use_extra_bufts) - placement.n_threads

    bench = Bench(layout, rate)
    result = bench.tuner.run()
    assert not result.stopped
    assert len(result.trials) == 6
    assert result.best is not None
    placement = result.best.plan.placement
    assert not placement.use_extra_bufts
    assert placement.n_threads < 4
    assert result.best.turn_s == min(trial.turn_s for trial in result.trials)
    assert result.best.decode_tokens_per_s == pytest.approx(rate(placement))
    assert result.best.prompt_tokens_per_s == pytest.approx(10 * rate(placement))
    assert result.best.turn_s == pytest.approx(
        2000 / (10 * rate(placement)) + 400 / rate(placement)
    )


def test_each_plan_is_tried_once_and_told_twice(layout: ModelLayout) -> None:
    bench = Bench(layout)
    result = bench.tuner.run()
    assert len(set(bench.tried)) == len(bench.tried) == len(result.trials) == len(bench.engines)
    ends = [(plan, trial) for plan, trial in bench.seen if trial is not None]
    assert [trial for _, trial in ends] == list(result.trials)
    assert [plan.placement for plan, _ in ends] == bench.tried
    for engine, placement in zip(bench.engines, bench.tried, strict=True):
        load, *measures = engine.sent
        assert load == Load(1, "model.gguf", placement=placement)
        # A short run is repeated, with the same prompt for all plans.
        assert [measure.request_id for measure in measures] == [2, 3]
        assert engine.pid is None
    prompts = {m.prompt_tokens for engine in bench.engines for m in engine.sent[1:]}
    assert len(prompts) == 1


def test_noise_changes_nothing(layout: ModelLayout) -> None:
    """Less than 1 % faster is not faster."""
    rates = iter([40, 40.2, 40.3, 40.2, 40.3, 40.3] * 2)
    known: dict[Placement, float] = {}
    bench = Bench(layout, lambda placement: known.setdefault(placement, next(rates)))
    result = bench.tuner.run()
    assert result.best is result.trials[0]


def test_llama_cpps_own_fit_is_among_them(layout: ModelLayout) -> None:
    for hardware in (machine(cores=4), machine("RTX 3060")):
        bench = Bench(layout, hardware=hardware)
        result = bench.tuner.run()
        fits = [trial.plan.placement for trial in result.trials if trial.is_fit]
        assert fits == [bench.planner.fit(WISHES).placement]


def test_what_failed_before_is_not_tried_again(layout: ModelLayout) -> None:
    first = Bench(layout)
    first.tuner.run()
    avoided = (first.tried[0], *first.tried[2:])
    bench = Bench(layout, avoid=avoided)
    result = bench.tuner.run()
    assert not set(avoided) & set(bench.tried)
    assert result.best is not None


def test_when_all_failed_before_they_are_tried_again(layout: ModelLayout) -> None:
    first = Bench(layout)
    first.tuner.run()
    bench = Bench(layout, avoid=tuple(first.tried))
    assert bench.tuner.run().best is not None


def test_only_one_placement(layout: ModelLayout) -> None:
    """Also one that failed before."""
    only = Placement(n_ctx=512, n_ubatch=64, n_threads=1)
    bench = Bench(layout, only=only, avoid=(only,))
    result = bench.tuner.run()
    assert bench.tried == [only]
    assert result.best is result.trials[0]


def test_a_worker_that_dies_costs_one_trial(layout: ModelLayout) -> None:
    tried: list[Placement] = []

    def rate(placement: Placement) -> float:
        if placement not in tried:
            tried.append(placement)
        return 0.0 if placement == tried[0] else 40.0

    result = Bench(layout, rate).tuner.run()
    assert result.trials[0].problem is not None
    assert result.trials[0].problem.kind == "engine_crashed"
    assert result.trials[0].turn_s == float("inf")
    assert len(result.trials) > 2
    assert result.best in result.trials[1:]


def test_nothing_works(layout: ModelLayout) -> None:
    result = Bench(layout, lambda _: 0.0).tuner.run()
    assert result.best is None
    assert all(trial.problem for trial in result.trials)


def test_a_load_that_is_refused(layout: ModelLayout) -> None:
    no_room = Problem("context_refused", "No room", "There is not enough memory")

    def refusing() -> FakeEngine:
        engine = FakeEngine()
        engine.load_problem = no_room
        return engine

    result = Bench(layout, new_engine=refusing).tuner.run()
    assert [trial.problem for trial in result.trials] == [no_room] * len(result.trials)


@pytest.mark.parametrize(
    ("left", "is_full"), [(LEAST_LEFT_BYTES - 1, True), (LEAST_LEFT_BYTES, False)]
)
def test_a_gpu_left_almost_full_does_not_count(
    left: int, is_full: bool, layout: ModelLayout
) -> None:
    hardware = machine("RTX 3060", gb_per_s=1)
    result = Bench(layout, hardware=hardware, free_bytes=(left,)).tuner.run()
    on_gpu = [trial for trial in result.trials if trial.plan.placement.n_gpu_layers]
    assert on_gpu
    for trial in on_gpu:
        assert (trial.problem is not None and trial.problem.kind == "gpu_too_full") == is_full


@pytest.mark.parametrize(("most", "count"), [(1, 1), (2, 2), (4, 4)])
def test_no_more_than_asked(most: int, count: int, layout: ModelLayout) -> None:
    assert len(Bench(layout, most_trials=most).tuner.run().trials) == count


def test_the_budget_ends_it(layout: ModelLayout) -> None:
    assert len(Bench(layout, budget_s=0.0).tuner.run().trials) == 1


def test_an_engine_that_never_loads_is_given_up(layout: ModelLayout) -> None:
    bench = Bench(layout, new_engine=lambda: FakeEngine(load_holds=True), budget_s=0.2)
    began_s = time.monotonic()
    result = bench.tuner.run()
    assert time.monotonic() - began_s < 5
    assert result.trials[0].problem is not None
    assert result.trials[0].problem.kind == "tune_too_slow"


def run_beside(tuner: Tuner) -> tuple[threading.Thread, queue.SimpleQueue[TuneResult]]:
    results: queue.SimpleQueue[TuneResult] = queue.SimpleQueue()
    thread = threading.Thread(target=lambda: results.put(tuner.run()), daemon=True)
    thread.start()
    return thread, results


def test_stopped_from_another_thread_while_it_loads(layout: ModelLayout) -> None:
    begun = threading.Event()

    def holding() -> FakeEngine:
        begun.set()
        return FakeEngine(load_holds=True)

    tuner = Bench(layout, new_engine=holding).tuner
    _, results = run_beside(tuner)
    assert begun.wait(PATIENCE_S)
    tuner.stop()
    result = results.get(timeout=PATIENCE_S)
    assert result == TuneResult((), None, stopped=True)


def test_what_was_measured_before_the_stop_counts(layout: ModelLayout) -> None:
    engines: list[FakeEngine] = []
    second = threading.Event()

    def new_engine() -> FakeEngine:
        holds = bool(engines)
        engines.append(FakeEngine(load_holds=holds))
        if holds:
            second.set()
        return engines[-1]

    tuner = Bench(layout, new_engine=new_engine).tuner
    _, results = run_beside(tuner)
    assert second.wait(PATIENCE_S)
    tuner.stop()
    result = results.get(timeout=PATIENCE_S)
    assert result.stopped
    assert len(result.trials) == 1
    assert result.best is result.trials[0]
    assert [engine.pid for engine in engines] == [None, None]


def test_stopped_before_it_begins(layout: ModelLayout) -> None:
    bench = Bench(layout)
    bench.tuner.stop()
    assert bench.tuner.run() == TuneResult((), None, stopped=True)
    assert bench.engines == []


def test_the_real_engine(
    layout: ModelLayout, tiny_model: Callable[[str], Path], tmp_path: Path
) -> None:
    # One thread: two wait for each other where other programs share the cores.
    planner = Planner(layout, machine(cores=1), CHAT, Calibration())
    seen: list[Trial | None] = []
    tuner = Tuner(
        planner,
        WISHES,
        str(tiny_model("llama")),
        partial(EngineProcess, tmp_path / "engine.log"),
        on_trial=lambda _, trial: seen.append(trial),
        most_trials=2,
    )
    result = tuner.run()
    assert [trial.problem for trial in result.trials] == [None, None]
    assert seen == [None, result.trials[0], None, result.trials[1]]
    assert result.best in result.trials
    for trial in result.trials:
        assert trial.decode_tokens_per_s > 10
        assert trial.prompt_tokens_per_s > 10
        turn_s = CHAT.turn_s(trial.prompt_tokens_per_s, trial.decode_tokens_per_s)
        assert trial.turn_s == pytest.approx(turn_s)


def test_a_real_worker_that_dies(
    layout: ModelLayout, tiny_model: Callable[[str], Path], tmp_path: Path
) -> None:
    log = tmp_path / "engine.log"
    aborts = (sys.executable, "-c", "import os; os.abort()")
    engines = iter([EngineProcess(log, aborts), EngineProcess(log)])
    planner = Planner(layout, machine(cores=1), CHAT, Calibration())
    tuner = Tuner(
        planner,
        WISHES,
        str(tiny_model("llama")),
        lambda: next(engines),
        on_trial=lambda *_: None,
        most_trials=2,
    )
    first, second = tuner.run().trials
    assert first.problem is not None
    assert "SIGABRT" in first.problem.message
    assert second.problem is None


@pytest.mark.parametrize("hardware", [machine(), machine("RTX 3060"), machine("RTX 2060")])
def test_first_plans_and_their_neighbours(hardware: Hardware, layout: ModelLayout) -> None:
    planner = Planner(layout, hardware, CHAT, Calibration())
    first = first_plans(planner, WISHES)
    assert 1 <= len(first) <= 3
    assert all(plan.fits for plan in first)
    assert planner.fit(WISHES).placement in {plan.placement for plan in first}
    for plan in first:
        near = list(neighbours(planner, plan))
        assert near
        assert all(other.fits and other.placement != plan.placement for other in near)
        for other in near:
            assert UBATCH_RANGE[0] <= other.placement.n_ubatch <= max(512, plan.placement.n_ubatch)
            assert other.placement.n_batch >= other.placement.n_ubatch


def trial(plan: Plan, kind: str = "", **rates: float) -> Trial:
    problem = Problem(kind, "No", "no") if kind else None
    return Trial(plan, problem=problem, **rates)


def test_what_is_written_down(layout: ModelLayout, tmp_path: Path) -> None:
    planner = Planner(layout, machine(cores=4), CHAT, Calibration())
    plan = planner.quick(WISHES)
    plans = [
        planner.of(replace(plan.placement, n_ubatch=n_ubatch)) for n_ubatch in (64, 128, 256, 512)
    ]
    good = trial(plans[0], prompt_tokens_per_s=100, decode_tokens_per_s=10, turn_s=60)
    trials = (
        good,
        trial(plans[1], "engine_crashed"),
        trial(plans[2], "stopped"),
        trial(plans[3], "engine_not_started"),
    )
    store = PlanStore(tmp_path / "placements.json")
    key = PlanKey(tmp_path / "model.gguf", 1, "m", (), "", 512, "chat")
    keep_result(store, key, "m:cpu", TuneResult(trials, fastest(list(trials)), False), 123.0)
    tuned = store.tuned(key)
    assert tuned is not None
    assert (tuned.placement, tuned.decode_tokens_per_s, tuned.at_s) == (plans[0].placement, 10, 123)
    assert store.failed(key) == (plans[1].placement,)
    calibration = store.calibration("m:cpu")
    assert calibration.runs == 1
    assert calibration.decode == pytest.approx(10 / plans[0].speed.raw_decode)
    assert calibration.prompt == pytest.approx(100 / plans[0].speed.raw_prompt)
    slower = replace_best(good, plans[1])
    learn(store, key, "m:cpu", TuneResult((slower,), slower, False))
    assert store.tuned(key) == tuned
    assert store.calibration("m:cpu").runs == 2


def replace_best(measured: Trial, plan: Plan) -> Trial:
    return Trial(plan, measured.prompt_tokens_per_s / 2, measured.decode_tokens_per_s / 2, 120.0)
