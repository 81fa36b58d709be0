"""`coterie tune` and `bench`: real measurements, what is kept of them, and Ctrl-C."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.cli import tune_command
from app.plan_store import PlanBook
from runtime.errors import CoterieError, Problem
from runtime.fake_engine import FakeEngine
from runtime.protocol.frames import Command, Load
from runtime.protocol.placement import Placement
from tests.cli.conftest import COMMAND
from tests.placement.command_line import CommandLine, command_line, this_machine

__all__ = ["command_line", "this_machine"]

# One thread: two wait for each other where other programs share the cores.
WORDS = ("--ctx", "512", "--threads", "1")
PATIENCE_S = 40


@pytest.fixture
def model(tiny_model: Callable[[str], Path]) -> str:
    return str(tiny_model("qwen3moe"))


def book(command_line: CommandLine) -> PlanBook:
    path = command_line.paths.plans_file
    return msgspec.json.decode(path.read_bytes(), type=PlanBook) if path.exists() else PlanBook()


def kept(command_line: CommandLine) -> Placement:
    (tuned,) = book(command_line).tuned.values()
    return tuned.placement


def test_a_bench_measures_one_plan(command_line: CommandLine, model: str) -> None:
    found = command_line.json("bench", model, *WORDS)
    (row,) = found["tried"]
    assert row["kept"]
    assert row["problem"] is None
    measured = found["measured"]
    assert measured["decode_tokens_per_second"] == row["decode_tokens_per_second"] > 0
    assert measured["prompt_tokens_per_second"] == row["prompt_tokens_per_second"] > 0
    assert measured["turn_seconds"] == pytest.approx(
        2000 / row["prompt_tokens_per_second"] + 400 / row["decode_tokens_per_second"]
    )
    assert set(found) >= {"fits", "devices", "predicted", "placement", "llama_cpp_command"}
    assert (found["stopped"], found["n_ctx"], found["threads"]) == (False, 512, 1)
    # The next prediction learns from it; what to load is left to a tuning.
    (runs,) = book(command_line).observations.values()
    assert len(runs) == 1
    assert book(command_line).tuned == {}


def test_a_tuning_keeps_the_fastest(command_line: CommandLine, model: str) -> None:
    found = command_line.json("tune", model, *WORDS)
    rows = found["tried"]
    assert 3 <= len(rows) <= 6
    assert [row["kept"] for row in rows].count(True) == 1
    assert any(row["is_llama_cpp_fit"] for row in rows)
    best = next(row for row in rows if row["kept"])
    assert best["turn_seconds"] <= min(row["turn_seconds"] for row in rows) / 0.99
    assert best["n_ubatch"] == found["n_ubatch"]
    assert len(command_line.err.splitlines()) == len(rows)
    assert kept(command_line) == msgspec.convert(found["placement"], Placement)
    again = command_line.json("plan", model, *WORDS)
    assert again["calibrated_by_runs"] == len(rows)


def scripted(command: Callable[[Command], None]) -> Callable[[Path], FakeEngine]:
    class Engine(FakeEngine):
        def send(self, said: Command) -> None:
            command(said)
            super().send(said)

    return lambda _log: Engine()


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[Placement]:
    """Every placement that an engine is told, of an engine that measures the same each time."""
    seen: list[Placement] = []

    def note(said: Command) -> None:
        if isinstance(said, Load) and said.placement is not None:
            seen.append(said.placement)

    monkeypatch.setattr(tune_command, "EngineProcess", scripted(note))
    return seen


def test_a_bench_measures_the_tuned_plan_and_leaves_it(
    command_line: CommandLine, model: str, loads: list[Placement]
) -> None:
    command_line.run("tune", model, "--ctx", "512")
    (key,) = book(command_line).tuned
    odd = Placement(n_ctx=512, n_ubatch=64, n_threads=1)
    before = msgspec.structs.replace(book(command_line).tuned[key], placement=odd)
    changed = msgspec.structs.replace(book(command_line), tuned={key: before})
    command_line.paths.plans_file.write_bytes(msgspec.json.encode(changed))
    loads.clear()
    command_line.run("bench", model, "--ctx", "512")
    assert loads == [odd]
    assert command_line.out.startswith("Measured: 1 thread, ubatch 64")
    assert kept(command_line) == odd
    loads.clear()
    command_line.run("bench", model, "--ctx", "512", "--threads", "2")
    assert loads != [odd]
    assert kept(command_line) == odd


def test_what_failed_is_not_tried_again(
    command_line: CommandLine, model: str, loads: list[Placement]
) -> None:
    command_line.run("tune", model, *WORDS)
    first = tuple(loads)
    (key,) = book(command_line).tuned
    failed = msgspec.structs.replace(book(command_line), failed={key: first[:1]})
    command_line.paths.plans_file.write_bytes(msgspec.json.encode(failed))
    loads.clear()
    command_line.run("tune", model, *WORDS)
    assert first[0] not in loads
    assert loads


def test_for_people(command_line: CommandLine, model: str, loads: list[Placement]) -> None:
    assert command_line.run("tune", model, *WORDS) == 0
    lines = command_line.err.splitlines()
    assert len(lines) == len(loads)
    assert all(" thread, ubatch " in line and "tok/s, a turn " in line for line in lines)
    assert sum("llama.cpp's own fit" in line for line in lines) == 1
    assert any("no repacking" in line for line in lines)
    assert command_line.out.startswith("Kept: ")


def test_when_nothing_can_be_measured(
    command_line: CommandLine, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = Problem("load_refused", "The engine could not load this model", "no reason")

    def refusing(_log: Path) -> FakeEngine:
        engine = FakeEngine()
        engine.load_problem = problem
        return engine

    monkeypatch.setattr(tune_command, "EngineProcess", refusing)
    with pytest.raises(CoterieError) as raised:
        command_line.run("tune", model, *WORDS)
    assert raised.value.problem == problem
    assert command_line.out == ""
    assert "could not load this model" in command_line.err
    (failed,) = book(command_line).failed.values()
    assert len(failed) >= 2


@pytest.mark.parametrize("command", ["tune", "bench"])
def test_ctrl_c_before_anything_is_measured(
    command: str, command_line: CommandLine, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(said: Command) -> None:
        if isinstance(said, Load):
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(tune_command, "EngineProcess", scripted(interrupt))
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(CoterieError) as raised:
        command_line.run(command, model, *WORDS)
    assert raised.value.problem.kind == "not_tuned"
    assert signal.getsignal(signal.SIGINT) is before
    assert book(command_line) == PlanBook()


def test_ctrl_c_prints_what_was_measured(environment: dict[str, str], model: str) -> None:
    with subprocess.Popen(
        (*COMMAND, "tune", model, *WORDS, "--json"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        text=True,
    ) as process:
        try:
            assert process.stderr is not None
            first = process.stderr.readline()
            process.send_signal(signal.SIGINT)
            output, errors = process.communicate(timeout=PATIENCE_S)
        finally:
            process.kill()
    assert process.returncode == 0
    assert "thread, ubatch" in first
    found: Any = json.loads(output)
    assert found["stopped"]
    assert 1 <= len(found["tried"]) < 6
    assert found["measured"]["decode_tokens_per_second"] > 0
    assert "Traceback" not in errors
