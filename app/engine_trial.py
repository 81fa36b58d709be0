"""Loads a small model in a throw-away worker: only a first token proves that an engine works."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from app.engine_host import RepackingMemory
from app.local_models import LocalModel
from runtime.engine_process import Engine, EngineEvent, Exited
from runtime.errors import CoterieError, Problem
from runtime.exit_reasons import is_fault, why
from runtime.language import tr
from runtime.protocol.frames import Failed, Load, Loaded

DEADLINE_S = 60.0
# Larger ones take longer to read than a person waits for a check.
LARGEST_BYTES = 1024**3
N_CTX = 512
_REQUEST_ID = 1


@dataclass(frozen=True)
class Trial:
    """`elapsed_s` is from the start of the worker to its first token; `problem` why none came.

    `fault` says that native code crashed.
    """

    model_id: str
    elapsed_s: float
    problem: Problem | None = None
    fault: bool = False


def model_for_trial(models: Iterable[LocalModel]) -> LocalModel | None:
    """The smallest model that is small enough to try, None when there is none."""
    small = [model for model in models if model.file_bytes <= LARGEST_BYTES]
    return min(small, key=lambda model: model.file_bytes, default=None)


def try_both_ways(
    new_engine: Callable[[], Engine], model: LocalModel, repacking: RepackingMemory
) -> Trial:
    """Try as a chat would: with repacked weights, and where they crash without.

    That they crash is remembered once the engine works without them.
    """
    known = repacking.repacking_crashes
    if not known:
        trial = try_engine(new_engine, model, repack=True)
        if not trial.fault:
            return trial
    without = try_engine(new_engine, model, repack=False)
    if without.problem is None and not known:
        repacking.remember_repacking_crashes()
    return without


def try_engine(
    new_engine: Callable[[], Engine],
    model: LocalModel,
    *,
    repack: bool,
    deadline_s: float = DEADLINE_S,
) -> Trial:
    """Load `model`, which evaluates one token, and end the worker again."""
    began_s = time.monotonic()
    engine = new_engine()
    events: queue.SimpleQueue[EngineEvent] = queue.SimpleQueue()
    problem: Problem | None
    fault = False
    try:
        engine.start(events.put)
        engine.send(Load(_REQUEST_ID, str(model.path), N_CTX, use_extra_bufts=repack))
        problem, fault = _outcome(events, began_s + deadline_s)
    except CoterieError as error:
        problem = error.problem
    finally:
        engine.stop()
    return Trial(model.id, time.monotonic() - began_s, problem, fault)


def _outcome(events: queue.SimpleQueue[EngineEvent], until_s: float) -> tuple[Problem | None, bool]:
    while True:
        try:
            event = events.get(timeout=max(0.0, until_s - time.monotonic()))
        except queue.Empty:
            return _too_slow(), False
        match event:
            case Loaded():
                return None, False
            case Failed(problem=problem):
                return problem, False
            case Exited():
                return why(event), is_fault(event)


def _too_slow() -> Problem:
    return Problem(
        "engine_no_answer",
        tr("The engine did not answer"),
        tr("It did not load the model in time"),
        tr("Close other programs, then try again."),
    )
