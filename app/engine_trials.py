"""Tries a part of the engine on a tiny model in throw-away processes, and compares the answers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import msgspec

from app.child_process import Answer, Child
from runtime.exit_reasons import FAULTS, signal_name
from runtime.own_program import part_command
from runtime.protocol.engine_trial import EngineTrial, EngineTrialResult, TrialStep

TRIAL_COMMAND = part_command("runtime.worker.engine_trial")
# Half a second on a quiet machine; CUDA compiles for a GPU it was not built for for a minute.
DEADLINE_S = 120.0
# Of one step's logits. Two builds for one processor differ by rounding, a GPU by half precision;
# a wrong kernel gives unrelated numbers, with a distance of about 1.4.
LARGEST_DISTANCE = 0.1
# How Windows ends a process for a fault (ntstatus.h): access violation, in-page error, illegal
# instruction, division by zero, abort.
_WINDOWS_FAULTS = frozenset({0xC0000005, 0xC0000006, 0xC000001D, 0xC0000094, 0xC0000409})

# Those before "crashed" say nothing of the part: the test could not be made here and now.
Outcome = Literal["agrees", "missing", "refused", "hung", "crashed", "wrong"]


@dataclass(frozen=True)
class Tried:
    """`detail` is the engine's own reason, or the name of what is missing or of the signal."""

    outcome: Outcome
    detail: str = ""
    device: str = ""

    @property
    def passed(self) -> bool:
        return self.outcome == "agrees"

    @property
    def is_judged(self) -> bool:
        """Whether it tells of the part itself, and so is worth remembering."""
        return self.outcome in ("agrees", "crashed", "wrong")


Ask = Callable[[EngineTrial], Answer]


def ask_engine(trial: EngineTrial) -> Answer:
    """Run `trial` in a process of its own."""
    return Child((*TRIAL_COMMAND, msgspec.json.encode(trial).decode())).answer(DEADLINE_S)


def reference_steps(ask: Ask, variant: str = "") -> tuple[TrialStep, ...]:
    """What a trusted part answers, () when that does not work either."""
    steps, tried = _read(ask(EngineTrial(variant)))
    return steps if tried.passed else ()


def try_part(ask: Ask, trial: EngineTrial, reference: tuple[TrialStep, ...]) -> Tried:
    """Whether the part answers as `reference` does; without one it must only answer."""
    steps, tried = _read(ask(trial))
    if not tried.passed or not reference:
        return tried
    if len(steps) != len(reference):
        return Tried("wrong", "", tried.device)
    furthest = max(map(distance, reference, steps))
    if furthest > LARGEST_DISTANCE:
        return Tried("wrong", f"{furthest:.2f}", tried.device)
    return tried


def distance(one: TrialStep, other: TrialStep) -> float:
    """How far apart two steps' logits are, as a share of their size."""
    if len(one.logits) != len(other.logits):
        return math.inf
    apart = math.dist(one.logits, other.logits)
    return apart / (math.hypot(*one.logits) or 1.0)


def _read(answer: Answer) -> tuple[tuple[TrialStep, ...], Tried]:
    if answer.timed_out:
        return (), Tried("hung")
    code = answer.returncode
    if code is None:
        return (), Tried("refused", answer.stderr)
    if code != 0:
        return (), _ended(code, answer)
    try:
        result = msgspec.json.decode(answer.stdout, type=EngineTrialResult)
    except msgspec.MsgspecError:  # a logit that is no number is written as null
        return (), Tried("wrong")
    if result.missing:
        return (), Tried("missing", result.missing)
    if result.fault or not result.steps:
        return (), Tried("refused", result.fault)
    return result.steps, Tried("agrees", "", result.device)


def _ended(code: int, answer: Answer) -> Tried:
    """Only a fault in native code is the part's: a full disk ends it with an exit code, and who
    needs its memory with SIGKILL.
    """
    if code in _WINDOWS_FAULTS:
        return Tried("crashed", f"0x{code:08X}")
    if code > 0:
        return Tried("refused", answer.last_words)
    name = signal_name(code)
    return Tried("crashed" if name in FAULTS else "refused", name)
