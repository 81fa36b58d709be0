"""`coterie tune` and `coterie bench`: plans measured in the engine, one after the other."""

from __future__ import annotations

import argparse
import json
import time
from functools import partial
from typing import Any, TextIO

from app import number_text
from app.cli.interrupts import first_interrupt
from app.cli.plan_command import context_of, planned_model
from app.cli.plan_json import as_json
from app.model_planning import ModelPlanning
from app.paths import Paths
from app.plan_store import PlanStore
from app.tune_record import keep_result, learn
from app.tuner import BUDGET_S, MOST_TRIALS, Trial, Tuner, TuneResult
from runtime.engine_process import EngineProcess
from runtime.errors import CoterieError, Problem
from runtime.placement.search import Wishes
from runtime.protocol.placement import Placement


def run(options: argparse.Namespace, paths: Paths, out: TextIO, err: TextIO) -> int:
    """Try some plans and keep the fastest; each is told on `err` as it is measured."""
    return _measure(options, paths, out, err, is_bench=False)


def bench(options: argparse.Namespace, paths: Paths, out: TextIO, err: TextIO) -> int:
    """Measure only the plan that would be used: the tuned one, unless something else is asked."""
    return _measure(options, paths, out, err, is_bench=True)


def _measure(
    options: argparse.Namespace, paths: Paths, out: TextIO, err: TextIO, *, is_bench: bool
) -> int:
    planning, wishes = planned_model(options, paths)
    store = PlanStore(paths.plans_file)
    tuner = Tuner(
        planning.planner,
        wishes,
        str(planning.model.path),
        partial(EngineProcess, paths.log_dir / "engine-tune.log"),
        on_trial=lambda _plan, trial: _tell(err, trial),
        avoid=() if is_bench else store.failed(planning.key),
        budget_s=BUDGET_S,
        most_trials=1 if is_bench else MOST_TRIALS,
        only=_in_use(store, planning, options) if is_bench else None,
    )
    with first_interrupt(tuner.stop):
        result = tuner.run()
    # A cache of another type changes answers: only who asks for it again should get it.
    if is_bench or options.kv:
        learn(store, planning.key, planning.rates, result)
    else:
        keep_result(store, planning.key, planning.rates, result, time.time())
    if result.best is None:
        raise CoterieError(_nothing(result))
    found = _as_json(planning, wishes, result, result.best)
    if options.json:
        json.dump(found, out, indent=2)
        print(file=out)
    else:
        print(f"{'Measured' if is_bench else 'Kept'}: {_words(result.best)}", file=out)
    return 0


def _in_use(
    store: PlanStore, planning: ModelPlanning, options: argparse.Namespace
) -> Placement | None:
    if options.kv or options.threads:
        return None
    tuned = store.tuned(planning.key)
    return tuned.placement if tuned else None


def _as_json(
    planning: ModelPlanning, wishes: Wishes, result: TuneResult, best: Trial
) -> dict[str, Any]:
    rows = [_row(trial, kept=trial is best) for trial in result.trials]
    measured = {
        "prompt_tokens_per_second": best.prompt_tokens_per_s,
        "decode_tokens_per_second": best.decode_tokens_per_s,
        "turn_seconds": best.turn_s,
    }
    extra = context_of(planning, wishes) | {
        "measured": measured,
        "tried": rows,
        "stopped": result.stopped,
    }
    return as_json(best.plan, str(planning.model.path), (), extra)


def _row(trial: Trial, *, kept: bool) -> dict[str, Any]:
    placement = trial.plan.placement
    measured = trial.problem is None
    return {
        "expert_layers_on_cpu": len(placement.cpu_expert_layers),
        "n_gpu_layers": placement.n_gpu_layers,
        "kv_type": placement.kv_type,
        "n_ubatch": placement.n_ubatch,
        "threads": placement.n_threads,
        "repack": placement.use_extra_bufts,
        "load_mode": placement.load_mode,
        "is_llama_cpp_fit": trial.is_fit,
        "prompt_tokens_per_second": trial.prompt_tokens_per_s if measured else None,
        "decode_tokens_per_second": trial.decode_tokens_per_s if measured else None,
        "turn_seconds": trial.turn_s if measured else None,
        "problem": trial.problem.one_line() if trial.problem else None,
        "kept": kept,
    }


def _tell(err: TextIO, trial: Trial | None) -> None:
    if trial is not None:
        print(_words(trial), file=err, flush=True)


def _words(trial: Trial) -> str:
    placement = trial.plan.placement
    threads = number_text.counted(placement.n_threads, "thread")
    told = [threads, f"ubatch {placement.n_ubatch}"]
    if placement.n_gpu_layers:
        told.insert(0, f"{len(placement.cpu_expert_layers)} expert layers on the CPU")
    if not placement.use_extra_bufts:
        told.append("no repacking")
    if trial.is_fit:
        told.append("llama.cpp's own fit")
    if trial.problem is not None:
        return f"{', '.join(told)}: {trial.problem.title.lower()}"
    decode = number_text.tokens_per_s(trial.decode_tokens_per_s)
    prompt = number_text.tokens_per_s(trial.prompt_tokens_per_s)
    turn = number_text.duration(trial.turn_s)
    return f"{', '.join(told)}: decode {decode}, prompt {prompt} tok/s, a turn {turn}"


def _nothing(result: TuneResult) -> Problem:
    problem = next((t.problem for t in result.trials if t.problem), None)
    if problem is not None:
        return problem
    return Problem("not_tuned", "Nothing was measured", "The tuning was stopped before a result")
