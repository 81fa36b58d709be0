"""Measures the most promising plans in workers of their own, one by one, and keeps the fastest."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from app.planner import Planner
from app.tune_candidates import first_plans, neighbours
from runtime.engine_process import Engine, EngineEvent, Exited
from runtime.errors import CoterieError, Problem
from runtime.exit_reasons import why
from runtime.language import tr
from runtime.placement.plan import Plan
from runtime.placement.search import Wishes
from runtime.protocol.frames import Failed, Load, Loaded, Measure, Measured
from runtime.protocol.placement import Placement

Wanted = TypeVar("Wanted")
BUDGET_S = 90.0
MOST_TRIALS = 6
LOAD_DEADLINE_S = 60.0
DECODE_TOKENS = 48
# A run that took less is repeated, and the faster of the two counts.
LONGEST_FIRST_RUN_S = 8.0
# A prompt is cut so that reading it should take no longer than this.
LONGEST_PROMPT_S = 6.0
LEAST_PROMPT_TOKENS = 128
# Even at the end of the budget a run that has begun gets so long.
LEAST_MEASURE_S = 15.0
# What must stay free on each GPU after a run, or the desktop starts to swap its memory out.
LEAST_LEFT_BYTES = 256 << 20
# A turn must be so much shorter to displace the plan found before: below it is noise.
WORTH = 0.99


@dataclass(frozen=True)
class Trial:
    """One plan, measured; `problem` says why it was not. `turn_s` is for the objective."""

    plan: Plan
    prompt_tokens_per_s: float = 0.0
    decode_tokens_per_s: float = 0.0
    turn_s: float = float("inf")
    problem: Problem | None = None
    is_fit: bool = False


@dataclass(frozen=True)
class TuneResult:
    """All trials in order, and the fastest, None when none could be measured."""

    trials: tuple[Trial, ...]
    best: Trial | None
    stopped: bool


class Tuner:
    """`on_trial(plan, trial)` is called with None as a plan begins, with its trial at its end.

    With `only` that placement is measured and no other.
    """

    def __init__(
        self,
        planner: Planner,
        wishes: Wishes,
        model_path: str,
        new_engine: Callable[[], Engine],
        *,
        on_trial: Callable[[Plan, Trial | None], None],
        avoid: tuple[Placement, ...] = (),
        rpc_servers: tuple[str, ...] = (),
        budget_s: float = BUDGET_S,
        most_trials: int = MOST_TRIALS,
        only: Placement | None = None,
    ) -> None:
        self._planner, self._wishes = planner, wishes
        self._path, self._new_engine = model_path, new_engine
        self._on_trial = on_trial
        self._avoid = set(avoid)
        self._rpc_servers = rpc_servers
        self._budget_s, self._most_trials = budget_s, most_trials
        self._only = only
        self._stop = threading.Event()
        self._engine: Engine | None = None

    def stop(self) -> None:
        """End the tuning now; what was measured so far counts. From any thread."""
        self._stop.set()
        engine = self._engine
        if engine is not None:
            engine.stop()

    def run(self) -> TuneResult:
        """Measure, in this thread, until the budget is used or nothing better is near."""
        began_s = time.monotonic()
        until_s = began_s + self._budget_s
        trials: list[Trial] = []
        fit = self._planner.fit(self._wishes).placement
        for plan in self._plans(trials):
            if self._stop.is_set() or len(trials) >= self._most_trials:
                break
            now_s = time.monotonic()
            if trials and now_s + (now_s - began_s) / len(trials) > until_s:
                break  # a further one, as long as those before, would end too late
            self._on_trial(plan, None)
            trial = self._try(plan, until_s, is_fit=plan.placement == fit)
            if self._stop.is_set() and trial.problem is not None:
                break
            trials.append(trial)
            self._on_trial(plan, trial)
        return TuneResult(tuple(trials), fastest(trials), self._stop.is_set())

    def _plans(self, trials: list[Trial]) -> Iterator[Plan]:
        """What is predicted to be fast and llama.cpp's own, then what lies near the fastest of
        `trials`, which grows meanwhile.
        """
        if self._only is not None:
            yield self._planner.of(self._only)
            return
        first = first_plans(self._planner, self._wishes)
        # When all of them failed before, that may have been for another reason than theirs.
        is_left = any(plan.placement not in self._avoid for plan in first)
        tried: set[Placement] = set(self._avoid) if is_left else set()
        for plan in first:
            if plan.placement not in tried:
                tried.add(plan.placement)
                yield plan
        while True:
            found = fastest(trials)
            near = neighbours(self._planner, found.plan) if found else iter(())
            step = next((plan for plan in near if plan.placement not in tried), None)
            if step is None:
                return
            tried.add(step.placement)
            yield step

    def _try(self, plan: Plan, until_s: float, *, is_fit: bool) -> Trial:
        events: queue.SimpleQueue[EngineEvent] = queue.SimpleQueue()
        self._engine = self._new_engine()
        try:
            self._engine.start(events.put)
            if self._stop.is_set():
                return Trial(plan, problem=_stopped(), is_fit=is_fit)
            load = Load(1, self._path, placement=plan.placement, rpc_servers=self._rpc_servers)
            self._engine.send(load)
            deadline_s = min(until_s, time.monotonic() + LOAD_DEADLINE_S)
            _wait(events, Loaded, deadline_s)
            measure_until_s = max(until_s, time.monotonic() + LEAST_MEASURE_S)
            runs = [self._measure(events, plan, 0, measure_until_s)]
            if runs[0].prompt_s + runs[0].decode_s < LONGEST_FIRST_RUN_S:
                runs.append(self._measure(events, plan, 1, measure_until_s))
        except CoterieError as error:
            return Trial(plan, problem=error.problem, is_fit=is_fit)
        finally:
            self._engine.stop()
        return self._judged(plan, runs, is_fit=is_fit)

    def _measure(
        self,
        events: queue.SimpleQueue[EngineEvent],
        plan: Plan,
        number: int,
        until_s: float,
    ) -> Measured:
        assert self._engine is not None
        self._engine.send(Measure(number + 2, self._prompt_tokens(plan), DECODE_TOKENS))
        return _wait(events, Measured, until_s)

    def _prompt_tokens(self, plan: Plan) -> int:
        """The same for every plan, as many as the best of them should read in good time."""
        objective = self._planner.situation.objective
        room = plan.placement.n_ctx - DECODE_TOKENS - 1
        rate = self._planner.quick(self._wishes).speed.prompt_tokens_per_s
        wanted = min(objective.prompt_tokens, int(rate * LONGEST_PROMPT_S), room)
        return max(min(LEAST_PROMPT_TOKENS, room), wanted)

    def _judged(self, plan: Plan, runs: list[Measured], *, is_fit: bool) -> Trial:
        last = runs[-1]
        if plan.placement.n_gpu_layers and any(
            free_bytes < LEAST_LEFT_BYTES for free_bytes in last.gpu_free_bytes
        ):
            return Trial(plan, problem=too_full(), is_fit=is_fit)
        prompt = max(run.prompt_tokens / run.prompt_s for run in runs)
        decode = max(run.decode_tokens / run.decode_s for run in runs)
        turn_s = self._planner.situation.objective.turn_s(prompt, decode)
        return Trial(plan, prompt, decode, turn_s, is_fit=is_fit)


def fastest(trials: list[Trial]) -> Trial | None:
    """The shortest turn; a later trial must be shorter by more than noise to count."""
    best: Trial | None = None
    for trial in trials:
        if trial.problem is None and (best is None or trial.turn_s < best.turn_s * WORTH):
            best = trial
    return best


def _wait(
    events: queue.SimpleQueue[EngineEvent], wanted: type[Wanted], deadline_s: float
) -> Wanted:
    """The next event of that kind; CoterieError when the worker fails, ends or takes too long."""
    while True:
        try:
            event = events.get(timeout=max(0.01, deadline_s - time.monotonic()))
        except queue.Empty:
            raise CoterieError(_too_slow()) from None
        match event:
            case Failed(problem=problem):
                raise CoterieError(problem)
            case Exited():
                raise CoterieError(why(event))
        if isinstance(event, wanted):
            return event


def _stopped() -> Problem:
    return Problem("stopped", tr("Stopped"), tr("The tuning was stopped"))


def too_full() -> Problem:
    return Problem(
        "gpu_too_full",
        tr("Did not fit"),
        tr("It loaded, but left the GPU almost no free memory"),
        tr("Move more expert layers to the CPU."),
    )


def _too_slow() -> Problem:
    return Problem(
        "tune_too_slow", tr("Too slow to measure"), tr("It was not ready in the time for tuning")
    )
