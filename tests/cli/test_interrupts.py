"""Ctrl-C: stops the answer and keeps its numbers, ends a load at once, and never loses an event."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from app.cli import run_command
from app.cli.arguments import parser
from app.cli.interrupts import first_interrupt
from app.engine_host import Arrival, EngineHost, HostEvent
from app.paths import Paths
from runtime.fake_engine import FakeEngine, Reply
from runtime.protocol.frames import Finished, Text
from tests.cli.conftest import COMMAND

MODEL = "smollm2-135m-moe"
# Greedy, it goes on for more than 700 tokens each time; with a seed it may end before a signal.
STORY = ("run", MODEL, "Write a very long story about the sea.", "--temperature", "0")
GONE_S = 3.0


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    started = []

    def run(*words: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            (*COMMAND, *words),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def soon(wanted: Callable[[], Any], within_s: float = 20.0) -> Any:
    """What `wanted` gives once it is something."""
    give_up_s = time.monotonic() + within_s
    while not (found := wanted()):
        assert time.monotonic() < give_up_s
        time.sleep(0.005)
    return found


def worker_of(process: subprocess.Popen[str]) -> psutil.Process:
    (worker,) = soon(psutil.Process(process.pid).children)
    return worker


def assert_gone(worker: psutil.Process) -> None:
    _, alive = psutil.wait_procs([worker], GONE_S)
    assert not alive


def test_the_object_still_comes(start: Callable[..., subprocess.Popen[str]], home: Path) -> None:
    process = start(*STORY, "--json")
    log = home / "logs" / "engine-cli.log"
    # Nothing says from outside that the answer has begun: it has when much has been computed.
    soon(lambda: log.exists() and "compute buffer size" in log.read_text())
    worker = worker_of(process)
    cpu_s = worker.cpu_times().user
    soon(lambda: worker.cpu_times().user > cpu_s + 1.5)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (0, "")
    assert json.loads(output)["finish_reason"] == "cancelled"
    assert_gone(worker)


@pytest.mark.parametrize("moment", ["the worker is there", "the weights are read"])
def test_while_it_loads(
    start: Callable[..., subprocess.Popen[str]], home: Path, moment: str
) -> None:
    process = start(*STORY)
    worker = worker_of(process)
    if moment == "the weights are read":
        log = home / "logs" / "engine-cli.log"
        soon(lambda: log.exists() and "load_tensors" in log.read_text())
    started_s = time.monotonic()
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=10)
    assert time.monotonic() - started_s < 1.5
    assert (process.returncode, output, errors) == (130, "", "")
    assert_gone(worker)


def test_the_second_one_ends_a_worker_that_hangs(
    start: Callable[..., subprocess.Popen[str]],
) -> None:
    process = start(*STORY)
    assert process.stdout is not None
    assert process.stdout.read(1)
    worker = worker_of(process)
    worker.suspend()
    process.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.5)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=5)
    assert (process.returncode, errors) == (130, "")
    assert_gone(worker)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("at", [Text, Finished])
def test_no_event_is_lost_whenever_it_comes(
    monkeypatch: pytest.MonkeyPatch, home: Path, at: type
) -> None:
    """The signal arrives when an event has just been taken out of the queue."""
    handle = EngineHost.handle

    def interrupted(host: EngineHost, arrival: Arrival) -> HostEvent | None:
        if isinstance(arrival.event, at):
            signal.raise_signal(signal.SIGINT)
        return handle(host, arrival)

    reply = Reply(("All right.",), hold=at is Text)
    monkeypatch.setattr(run_command, "EngineProcess", lambda _log: FakeEngine([reply]))
    monkeypatch.setattr(EngineHost, "handle", interrupted)
    stdout = io.StringIO()
    options = parser().parse_args(["run", MODEL, "Hello", "--json"])
    before = signal.getsignal(signal.SIGINT)
    assert run_command.run(options, Paths.beneath(home), io.StringIO(), stdout, io.StringIO()) == 0
    assert signal.getsignal(signal.SIGINT) is before
    answer = json.loads(stdout.getvalue())
    assert answer["text"] == "All right."
    assert answer["finish_reason"] == ("cancelled" if at is Text else "stop")


def test_the_first_is_handled_and_the_second_raises() -> None:
    seen: list[str] = []
    with first_interrupt(lambda: seen.append("one")):
        signal.raise_signal(signal.SIGINT)
        seen.append("went on")
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert seen == ["one", "went on"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_program_told_to_ignore_it_goes_on_ignoring_it() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with first_interrupt(lambda: pytest.fail("it was to be ignored")):
            signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
