"""A first token in a throw-away worker: it works, crashes with repacking, or never comes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from app.engine_trial import LARGEST_BYTES, Trial, model_for_trial, try_both_ways, try_engine
from app.local_models import LocalModels
from app.quirks import QuirksFile
from runtime.engine_process import EngineProcess
from runtime.errors import CoterieError, Problem
from runtime.fake_engine import FakeEngine
from runtime.protocol.frames import Command, Load
from tests.app.findings import MODEL

SIGSEGV, SIGKILL = -11, -9


class CrashingEngine(FakeEngine):
    """Ends with `returncode` while loading; with repacked weights only, unless `always`."""

    def __init__(self, returncode: int = SIGSEGV, *, always: bool = False) -> None:
        super().__init__()
        self._returncode = returncode
        self._always = always

    def send(self, command: Command) -> None:
        if isinstance(command, Load) and (command.use_extra_bufts or self._always):
            self.sent.append(command)
            self.exit(self._returncode)
        else:
            super().send(command)


@pytest.fixture
def quirks(tmp_path: Path) -> QuirksFile:
    return QuirksFile(tmp_path / "quirks.json", "here")


def repacked(engines: list[FakeEngine]) -> list[bool]:
    loads = (command for engine in engines for command in engine.sent)
    return [load.use_extra_bufts for load in loads if isinstance(load, Load)]


def recorded(
    new: Callable[[], FakeEngine],
) -> tuple[list[FakeEngine], Callable[[], FakeEngine]]:
    engines: list[FakeEngine] = []

    def make() -> FakeEngine:
        engines.append(new())
        return engines[-1]

    return engines, make


def test_it_works(quirks: QuirksFile) -> None:
    engines, make = recorded(FakeEngine)
    trial = try_both_ways(make, MODEL, quirks)
    assert (trial.model_id, trial.problem) == (MODEL.id, None)
    assert repacked(engines) == [True]
    assert engines[0].pid is None
    assert not quirks.repacking_crashes


def test_a_crash_of_repacking_is_got_round_and_remembered(quirks: QuirksFile) -> None:
    engines, make = recorded(CrashingEngine)
    assert try_both_ways(make, MODEL, quirks).problem is None
    assert repacked(engines) == [True, False]
    assert quirks.repacking_crashes

    engines, make = recorded(CrashingEngine)
    assert try_both_ways(make, MODEL, quirks).problem is None
    assert repacked(engines) == [False]


def test_a_crash_both_ways_is_a_problem_and_no_quirk(quirks: QuirksFile) -> None:
    engines, make = recorded(lambda: CrashingEngine(always=True))
    trial = try_both_ways(make, MODEL, quirks)
    assert trial.fault
    assert trial.problem is not None
    assert "SIGSEGV" in trial.problem.message
    assert repacked(engines) == [True, False]
    assert not quirks.repacking_crashes


def test_one_that_was_killed_is_not_tried_again(quirks: QuirksFile) -> None:
    engines, make = recorded(lambda: CrashingEngine(SIGKILL))
    trial = try_both_ways(make, MODEL, quirks)
    assert trial.problem is not None
    assert not trial.fault
    assert repacked(engines) == [True]
    assert not quirks.repacking_crashes


def test_a_model_that_is_refused_says_why(quirks: QuirksFile) -> None:
    engine = FakeEngine()
    engine.load_problem = Problem("model_unreadable", "Not a model", "It is damaged")
    assert try_both_ways(lambda: engine, MODEL, quirks).problem == engine.load_problem


def test_one_that_never_answers_is_given_up() -> None:
    engine = FakeEngine(load_holds=True)
    began_s = time.monotonic()
    trial = try_engine(lambda: engine, MODEL, repack=True, deadline_s=0.1)
    assert trial.problem is not None
    assert trial.problem.kind == "engine_no_answer"
    assert engine.pid is None
    assert time.monotonic() - began_s < 5


def test_one_that_can_not_be_started(tmp_path: Path) -> None:
    def start() -> EngineProcess:
        return EngineProcess(tmp_path / "engine.log", ("/never/there",))

    problem = try_engine(start, MODEL, repack=True).problem
    assert problem is not None
    assert problem.kind == "engine_not_started"


def test_the_smallest_model_is_tried_if_it_is_small() -> None:
    large = replace(MODEL, id="large", file_bytes=LARGEST_BYTES + 1)
    medium = replace(MODEL, id="medium", file_bytes=LARGEST_BYTES)
    assert model_for_trial((large, medium, MODEL)) == MODEL
    assert model_for_trial((large, medium)) == medium
    assert model_for_trial((large,)) is None
    assert model_for_trial(()) is None


@pytest.fixture
def no_child_left() -> Iterator[None]:
    before = set(psutil.Process().children(recursive=True))
    yield
    started = [p for p in psutil.Process().children(recursive=True) if p not in before]
    _, alive = psutil.wait_procs(started, timeout=10)
    assert alive == []


@pytest.mark.usefixtures("no_child_left")
def test_the_real_engine_evaluates_a_token(
    tiny_model: Callable[[str], Path], tmp_path: Path, quirks: QuirksFile
) -> None:
    model = LocalModels(tmp_path, tmp_path / "cache.json").find(str(tiny_model("qwen3moe")))
    trial = try_both_ways(lambda: EngineProcess(tmp_path / "engine.log"), model, quirks)
    assert trial == Trial(model.id, trial.elapsed_s)
    assert 0 < trial.elapsed_s < 60


@pytest.mark.usefixtures("no_child_left")
def test_the_real_engine_refuses_a_damaged_model(tmp_path: Path, quirks: QuirksFile) -> None:
    path = tmp_path / "damaged.gguf"
    path.write_bytes(b"GGUF" + b"\xff" * 64)
    trial = try_both_ways(
        lambda: EngineProcess(tmp_path / "engine.log"), replace(MODEL, path=path), quirks
    )
    assert trial.problem is not None
    assert not trial.fault
    with pytest.raises(CoterieError):
        LocalModels(tmp_path, tmp_path / "cache.json").find(str(path))
