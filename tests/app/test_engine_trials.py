"""How the answer of a part's test is judged."""

from __future__ import annotations

import signal
import sys

import msgspec
import pytest

from app.child_process import Answer, Child
from app.engine_trials import Outcome, Tried, distance, reference_steps, try_part
from runtime.protocol.engine_trial import EngineTrial, EngineTrialResult, TrialStep

STEPS = (TrialStep(1, (0.0, 3.0, 4.0)), TrialStep(0, (5.0, 0.0, 0.0)))
NEAR = (TrialStep(1, (0.0, 3.1, 4.0)), TrialStep(0, (5.0, 0.1, 0.0)))
FAR = (TrialStep(1, (0.0, 3.0, 4.0)), TrialStep(2, (0.0, 0.0, 5.0)))


def said(result: EngineTrialResult) -> Answer:
    return Answer(0, msgspec.json.encode(result))


@pytest.mark.parametrize(
    ("answer", "tried"),
    [
        (said(EngineTrialResult(STEPS, "CUDA0")), Tried("agrees", "", "CUDA0")),
        (said(EngineTrialResult(NEAR)), Tried("agrees")),
        (said(EngineTrialResult(FAR, "CUDA0")), Tried("wrong", "1.41", "CUDA0")),
        (said(EngineTrialResult(STEPS[:1])), Tried("wrong")),
        (said(EngineTrialResult((TrialStep(0, (1.0,)), STEPS[1]))), Tried("wrong", "inf")),
        (said(EngineTrialResult((TrialStep(0, (float("nan"),) * 3), STEPS[1]))), Tried("wrong")),
        (said(EngineTrialResult(missing="libcuda.so.1")), Tried("missing", "libcuda.so.1")),
        (said(EngineTrialResult(fault="no device")), Tried("refused", "no device")),
        (said(EngineTrialResult()), Tried("refused")),
        (Answer(0, b"ggml_cuda_init: found 1 device"), Tried("wrong")),
        (Answer(-signal.SIGILL), Tried("crashed", "SIGILL")),
        (Answer(-signal.SIGABRT), Tried("crashed", "SIGABRT")),
        (Answer(0xC000001D), Tried("crashed", "0xC000001D")),
        (Answer(-signal.SIGKILL), Tried("refused", "SIGKILL")),
        (Answer(-signal.SIGTERM), Tried("refused", "SIGTERM")),
        (Answer(-99), Tried("refused", "signal 99")),
        (Answer(1, b"", "Traceback\nOSError: no\n"), Tried("refused", "OSError: no")),
        (Answer(None, timed_out=True), Tried("hung")),
        (Answer(None, stderr="no process"), Tried("refused", "no process")),
    ],
)
def test_an_answer(answer: Answer, tried: Tried) -> None:
    assert try_part(lambda _trial: answer, EngineTrial(), STEPS) == tried


def test_without_a_reference_it_must_only_answer() -> None:
    ask = lambda _trial: said(EngineTrialResult(FAR))  # noqa: E731
    assert try_part(ask, EngineTrial(), ()) == Tried("agrees")


def test_a_reference_that_fails_is_none() -> None:
    assert reference_steps(lambda _trial: Answer(-signal.SIGSEGV)) == ()
    assert reference_steps(lambda _trial: said(EngineTrialResult(STEPS))) == STEPS


@pytest.mark.parametrize(
    ("code", "deadline_s", "tried"),
    [
        (
            "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
            30,
            Tried("crashed", "SIGSEGV"),
        ),
        (
            "raise OSError(28, 'No space left on device')",
            30,
            Tried("refused", "OSError: [Errno 28] No space left on device"),
        ),
        (
            "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
            30,
            Tried("refused", "SIGKILL"),
        ),
        ("import signal; signal.sigwait([signal.SIGUSR1])", 0.2, Tried("hung")),
    ],
)
def test_real_processes_that_die_or_hang(code: str, deadline_s: float, tried: Tried) -> None:
    def ask(_trial: EngineTrial) -> Answer:
        return Child((sys.executable, "-c", code)).answer(deadline_s)

    assert try_part(ask, EngineTrial(), STEPS) == tried


@pytest.mark.parametrize(
    ("outcome", "judged"),
    [
        *(("agrees", True), ("crashed", True), ("wrong", True)),
        *(("missing", False), ("refused", False), ("hung", False)),
    ],
)
def test_what_says_something_of_the_part(outcome: Outcome, judged: bool) -> None:
    assert Tried(outcome).is_judged is judged


def test_distance() -> None:
    assert distance(STEPS[0], STEPS[0]) == 0
    assert distance(STEPS[0], NEAR[0]) == pytest.approx(0.02)
    assert distance(TrialStep(0, (0.0,)), TrialStep(0, (1.0,))) == 1
