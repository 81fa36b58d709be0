"""Plans and tunes one model for the window: takes its commands and makes new `PlanView`s."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from app.in_background import InBackground
from app.local_models import LocalModel
from app.model_planning import ModelPlanning, context_for
from app.plan_opening import Opened, opened, shown, view_of, wishes_of
from app.plan_state import ActualLoad, Choices, PlanView, TuneRow, TuneView
from app.plan_store import PlanStore
from app.tune_record import keep_result
from app.tuner import Trial, Tuner, TuneResult
from runtime.engine_process import Engine
from runtime.errors import Problem
from runtime.language import tr
from runtime.placement.objective import OBJECTIVES
from runtime.placement.plan import Plan
from runtime.protocol.messages import MemoryUse

# A slider that has come to rest is asked about in the engine; meanwhile the estimate stands.
EXACT_AFTER_MS = 400


class LoadsModels(Protocol):
    """What a session does for a plan (`ChatSession`)."""

    def models(self) -> tuple[LocalModel, ...]: ...
    def held(self) -> MemoryUse | None: ...
    def load_model(self, model_id: str) -> None: ...
    def unload(self) -> None: ...
    def n_ctx(self) -> int: ...


class PlanDesk(QObject):
    """Implements `PlanCommands`. `changed` carries the new `PlanView`, None when it is closed."""

    changed = Signal(object)
    _tried = Signal(object, object)

    def __init__(
        self,
        loads: LoadsModels,
        store: PlanStore,
        make_planning: Callable[[LocalModel, Choices, MemoryUse | None], ModelPlanning],
        new_engine: Callable[[], Engine],
        use_planning: Callable[[ModelPlanning], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._loads, self._store = loads, store
        self._make_planning, self._new_engine = make_planning, new_engine
        self._use_planning = use_planning
        self._reading = InBackground(self)
        self._asking = InBackground(self)
        self._tuning = InBackground(self)
        self._view: PlanView | None = None
        self._planning: ModelPlanning | None = None
        self._tuner: Tuner | None = None
        self._tried.connect(self._trial)
        self._exact = QTimer(self, interval=EXACT_AFTER_MS, singleShot=True)
        self._exact.timeout.connect(self._ask_engine)

    @property
    def view(self) -> PlanView | None:
        return self._view

    def open_plan(self, model_id: str) -> None:
        """Read the model's header and this machine, then suggest a plan."""
        model = next((m for m in self._loads.models() if m.id == model_id), None)
        if model is None:
            return
        self.stop_tuning()
        choices = Choices(context_for(model, self._loads.n_ctx()))
        self._planning = None
        self._show(PlanView(model, choices=choices))
        self._read(model, choices)

    def close_plan(self) -> None:
        self.stop_tuning()
        self._reading.forget()
        self._asking.forget()
        self._planning = None
        self._show(None)

    def close(self) -> None:
        """Stop what runs, for good."""
        self.stop_tuning()
        for work in (self._reading, self._asking, self._tuning):
            work.forget()

    @property
    def is_busy(self) -> bool:
        """Whether anything still runs for it, wanted or not."""
        return any(work.is_busy for work in (self._reading, self._asking, self._tuning))

    def choose(self, choices: Choices) -> None:
        """A slider moved: show at once what is known, and ask the engine when it rests."""
        view, planning = self._view, self._planning
        if view is None or planning is None:
            return
        before = view.choices
        view = replace(view, choices=choices)
        if choices.objective != before.objective:
            objective = OBJECTIVES[choices.objective]
            planning.planner.judge_by(objective, planning.planner.situation.calibration)
        plan = planning.planner.quick(wishes_of(choices))
        self._show(shown(view, planning, plan))
        self._exact.start()

    def back_to_suggested(self) -> None:
        view, planning = self._view, self._planning
        if view is None or planning is None or view.suggested is None:
            return
        choices = Choices(view.suggested.placement.n_ctx, objective=view.choices.objective)
        self._show(shown(replace(view, choices=choices), planning, view.suggested))

    def tune(self) -> None:
        """Measure plans near the one shown; the engine in use is ended for it."""
        view, planning = self._view, self._planning
        if view is None or planning is None or view.tune.phase == "running":
            return
        self._loads.unload()
        wishes = replace(wishes_of(view.choices), expert_layers=None)
        tuner = Tuner(
            planning.planner,
            wishes,
            str(view.model.path),
            self._new_engine,
            on_trial=lambda plan, trial: self._tried.emit(plan, trial),
            avoid=self._store.failed(planning.key),
        )
        self._tuner = tuner
        self._show(replace(view, tune=TuneView("running")))
        self._tuning.run(tuner.run, self._tuned, self._tuning_failed)

    def stop_tuning(self) -> None:
        tuner = self._tuner
        if tuner is not None:
            tuner.stop()

    def load_plan(self) -> None:
        """Load the model as shown, now and from now on."""
        view, planning = self._view, self._planning
        if view is None or planning is None or view.plan is None or not view.plan.fits:
            return
        self.stop_tuning()
        placement, speed = view.plan.placement, view.plan.speed
        tuned = self._store.tuned(planning.key)
        self._store.choose(
            *(view.model.path, view.model.file_bytes, placement),
            tuned=tuned is not None and tuned.placement == placement,
            predicted=(speed.decode_low, speed.decode_high),
        )
        self._use_planning(planning)
        self._loads.load_model(view.model.id)

    def show_actual(self, actual: ActualLoad | None) -> None:
        """What the engine took, once a plan is loaded."""
        if self._view is not None and actual is not None:
            self._show(replace(self._view, actual=actual))

    # Reading

    def _read(self, model: LocalModel, choices: Choices) -> None:
        held = self._loads.held()

        def work() -> Opened:
            planning = self._make_planning(model, choices, held)
            return opened(planning, self._store, wishes_of(choices))

        def done(found: Opened) -> None:
            self._planning = found.planning
            self._show(view_of(found, model, choices))

        self._reading.run(work, done, self._not_read)

    def _not_read(self, problem: Problem) -> None:
        if self._view is not None:
            self._show(replace(self._view, phase="failed", problem=problem))

    def _ask_engine(self) -> None:
        view, planning = self._view, self._planning
        if view is None or planning is None or view.tune.phase == "running":
            return
        choices = view.choices
        self._asking.run(
            lambda: planning.planner.ranked(wishes_of(choices))[0],
            lambda plan: self._asked(choices, plan),
            lambda _problem: None,
        )

    def _asked(self, choices: Choices, plan: Plan) -> None:
        view, planning = self._view, self._planning
        if view is not None and planning is not None and view.choices == choices:
            self._show(shown(view, planning, plan))

    # Tuning

    def _trial(self, plan: Plan, trial: Trial | None) -> None:
        view = self._view
        if view is None or view.tune.phase != "running":
            return
        rows = view.tune.rows
        rows = (*rows, TuneRow(plan)) if trial is None else (*rows[:-1], _row(trial))
        self._show(replace(view, tune=replace(view.tune, rows=rows)))

    def _tuned(self, result: TuneResult) -> None:
        view, planning = self._view, self._planning
        self._tuner = None
        if planning is not None:
            keep_result(self._store, planning.key, planning.rates, result, time.time())
        if view is None or planning is None:
            return
        rows = tuple(_row(trial, kept=trial is result.best) for trial in result.trials)
        tune = TuneView("done" if rows else "idle", rows, finished_at_s=time.time())
        view = replace(view, tune=tune)
        best = result.best
        if best is None:
            self._show(view)
            return
        choices = Choices(best.plan.placement.n_ctx, objective=view.choices.objective)
        view = replace(view, choices=choices, suggested=best.plan, measured=_row(best, kept=True))
        self._show(shown(view, planning, best.plan))

    def _tuning_failed(self, problem: Problem) -> None:
        self._tuner = None
        if self._view is not None:
            self._show(replace(self._view, tune=TuneView("idle", problem=problem)))

    def _show(self, view: PlanView | None) -> None:
        self._view = view
        self.changed.emit(view)


def _row(trial: Trial, *, kept: bool = False) -> TuneRow:
    measured = trial.problem is None
    return TuneRow(
        trial.plan,
        trial.prompt_tokens_per_s if measured else None,
        trial.decode_tokens_per_s if measured else None,
        trial.problem,
        kept,
        _label(trial),
    )


def _label(trial: Trial) -> str:
    """What sets a row apart besides its columns."""
    placement = trial.plan.placement
    parts = [f"ubatch {placement.n_ubatch}"]
    if not placement.use_extra_bufts:
        parts.append(tr("no repacking"))
    if trial.is_fit:
        parts.append(tr("llama.cpp's own fit"))
    return ", ".join(parts)
