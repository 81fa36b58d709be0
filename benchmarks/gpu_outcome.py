"""What one contender of the GPU benchmark reached, as it is kept between runs."""

from __future__ import annotations

from pathlib import Path

import msgspec

from runtime.protocol.placement import Placement

# Kinds of problems (runtime/engine/memory_errors.py, app/tuner.py) that mean too little memory.
MEMORY_KINDS = frozenset(
    {"gpu_memory", "pinned_memory", "host_memory", "context_refused", "gpu_too_full"}
)

WHOLE_CELL = "all"


class Turn(msgspec.Struct, frozen=True):
    """A prompt read and an answer written. Rates are tokens/s; `predicted_s` is 0 where nothing
    was predicted (llama-server chooses by itself).
    """

    prompt_tokens: int
    answer_tokens: int
    turn_s: float
    prompt_rate: float
    decode_rate: float
    predicted_s: float = 0.0

    @property
    def name(self) -> str:
        return f"{self.prompt_tokens:,} + {self.answer_tokens:,}"


class DeviceBytes(msgspec.Struct, frozen=True):
    """Weights, cache and scratch memory of one device, planned and as the engine logged them."""

    name: str
    planned_bytes: int
    actual_bytes: int


class Outcome(msgspec.Struct, frozen=True):
    """`problem` is "" or says in a sentence why there are no figures; `problem_kind` sorts it."""

    model: str
    free_gib: float
    contender: str
    turns: tuple[Turn, ...] = ()
    placement: Placement | None = None
    devices: tuple[DeviceBytes, ...] = ()
    command: str = ""
    problem: str = ""
    problem_kind: str = ""
    seconds: float = 0.0

    @property
    def key(self) -> tuple[str, float, str]:
        return self.model, self.free_gib, self.contender

    @property
    def out_of_memory(self) -> bool:
        return self.problem_kind in MEMORY_KINDS

    def turn(self, name: str) -> Turn | None:
        return next((turn for turn in self.turns if turn.name == name), None)


class Report(msgspec.Struct, frozen=True):
    """All outcomes on one machine with one build."""

    machine: str
    driver: str
    build: str
    outcomes: tuple[Outcome, ...] = ()


class Results:
    """The report in a file, written after each outcome, so that a run can go on where it ended."""

    def __init__(self, path: Path, report: Report) -> None:
        self._path = path
        kept = _read(path)
        same = kept is not None and (kept.machine, kept.build) == (report.machine, report.build)
        self.report = kept if same and kept is not None else report

    def done(self, model: str, free_gib: float, contender: str) -> Outcome | None:
        """What was measured before; a failure is tried again."""
        key = (model, free_gib, contender)
        found = (outcome for outcome in self.report.outcomes if outcome.key == key)
        return next((outcome for outcome in found if not outcome.problem), None)

    def keep(self, outcome: Outcome) -> None:
        """In place of what was there of the same contender, or of a cell that failed as a whole."""
        whole = (outcome.model, outcome.free_gib, WHOLE_CELL)
        others = tuple(k for k in self.report.outcomes if k.key not in (outcome.key, whole))
        self.report = msgspec.structs.replace(self.report, outcomes=(*others, outcome))
        unfinished = self._path.with_suffix(".part")
        unfinished.write_bytes(msgspec.json.format(msgspec.json.encode(self.report)))
        unfinished.replace(self._path)


def _read(path: Path) -> Report | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Report)
    except (OSError, msgspec.MsgspecError):
        return None
