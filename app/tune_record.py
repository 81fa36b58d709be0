"""Keeps what a tuning found: the fastest placement, the failed ones, and how predictions did."""

from __future__ import annotations

from app.plan_store import PlanKey, PlanStore, Tuned
from app.tuner import TuneResult
from runtime.placement.calibration import Observation

# Nothing was learnt of the placement itself from these.
_NOT_ITS_FAULT = frozenset(
    {
        *("stopped", "tune_too_slow", "cancelled"),
        *("engine_missing", "engine_not_started", "model_unreadable", "name_not_unicode"),
    }
)


def keep_result(
    store: PlanStore, key: PlanKey, rates: str, result: TuneResult, now_s: float
) -> None:
    """Write down every trial of `result`, and the fastest as what to load from now on."""
    learn(store, key, rates, result)
    best = result.best
    if best is not None:
        tuned = Tuned(
            best.plan.placement, best.prompt_tokens_per_s, best.decode_tokens_per_s, now_s
        )
        store.keep_tuned(key, tuned)


def learn(store: PlanStore, key: PlanKey, rates: str, result: TuneResult) -> None:
    """Write down what failed and how predictions did."""
    for trial in result.trials:
        if trial.problem is not None:
            if trial.problem.kind not in _NOT_ITS_FAULT:
                store.keep_failed(key, trial.plan.placement)
            continue
        speed = trial.plan.speed
        store.observe(
            rates,
            Observation(
                speed.raw_prompt,
                trial.prompt_tokens_per_s,
                speed.raw_decode,
                trial.decode_tokens_per_s,
            ),
        )
