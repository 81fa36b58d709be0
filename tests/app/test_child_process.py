"""A child that answers, dies, hangs or never starts."""

from __future__ import annotations

import os
import signal
import sys
import time

import psutil

from app.child_process import Answer, Child

WAITS_FOR_EVER = "import signal; signal.sigwait([signal.SIGUSR1])"
DEADLINE_S = 30.0


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def test_an_answer() -> None:
    code = "import sys; print('out'); sys.stderr.write('one\\ntwo\\n'); sys.exit(3)"
    answer = Child(python(code)).answer(DEADLINE_S)
    assert answer == Answer(3, b"out\n", "one\ntwo\n")
    assert answer.last_words == "two"


def test_a_crash_has_its_signal() -> None:
    code = f"import os; os.kill(os.getpid(), {signal.SIGSEGV})"
    answer = Child(python(code)).answer(DEADLINE_S)
    assert (answer.returncode, answer.last_words) == (-signal.SIGSEGV, "")


def test_one_that_hangs_is_left_behind_and_ended() -> None:
    before = set(psutil.Process().children())
    began_s = time.monotonic()
    child = Child(python(WAITS_FOR_EVER))
    assert child.answer(0.2) == Answer(None, timed_out=True)
    assert time.monotonic() - began_s < 5
    started = [process for process in psutil.Process().children() if process not in before]
    psutil.wait_procs(started, timeout=10)
    assert not any(process.is_running() for process in started)


def test_more_output_than_a_pipe_holds() -> None:
    answer = Child(python("import sys; sys.stdout.write('x' * 1_000_000)")).answer(DEADLINE_S)
    assert len(answer.stdout) == 1_000_000


def test_one_that_can_not_be_started() -> None:
    answer = Child((os.fspath(os.devnull),)).answer(DEADLINE_S)
    assert answer.returncode is None
    assert not answer.timed_out
    assert answer.last_words.startswith("the system refused to start a process: ")


def test_children_work_side_by_side() -> None:
    """The second one's time runs from its start, so both together take one deadline."""
    began_s = time.monotonic()
    children = [Child(python(WAITS_FOR_EVER)) for _ in range(3)]
    assert all(child.answer(1.0).timed_out for child in children)
    assert time.monotonic() - began_s < 2.5
