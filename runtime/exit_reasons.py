"""Why a worker ended, in words: from its exit code to a `Problem`."""

from __future__ import annotations

import signal

from runtime.engine_process import Exited
from runtime.errors import Problem
from runtime.language import marked, tr

# Signals a fault in native code ends with.
FAULTS = {"SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGABRT"}

# Python's own words, at the end of the log.
NO_ENGINE = "ModuleNotFoundError: No module named 'llama_cpp'"
START_AGAIN = marked("Start the engine again; what was written so far is kept.")


def is_fault(exited: Exited) -> bool:
    """Whether native code crashed, as opposed to being ended from outside."""
    return signal_name(exited.returncode) in FAULTS


def signal_name(returncode: int) -> str:
    """What ended a process, as subprocess tells its end; "" where it was no signal."""
    if returncode >= 0:
        return ""
    try:
        return signal.Signals(-returncode).name
    except ValueError:
        return tr("signal {number}", number=-returncode)


def why(exited: Exited, start_again: str = "") -> Problem:
    """The problem to show for a worker that ended unasked.

    `start_again` is what to try when the reason suggests nothing better, `START_AGAIN` if "".
    """
    if NO_ENGINE in exited.log_tail:
        return _engine_missing()
    name = signal_name(exited.returncode)
    remedy = start_again or tr(START_AGAIN)
    if name == "SIGKILL":
        remedy = tr(
            "Close other programs or choose a smaller model or context, then start it again."
        )
    if name == "SIGILL":
        remedy = tr(
            "It was built for another processor: run the set-up on this machine (make run)."
        )
    return Problem("engine_crashed", tr("The engine stopped"), _ending(exited, name), remedy)


def _ending(exited: Exited, name: str) -> str:
    """How it ended; `name` is the signal that ended it, "" for none."""
    if exited.broken_channel:
        return tr("It sent something that could not be read ({what})", what=exited.broken_channel)
    if name == "SIGKILL":
        return tr("The system or another program ended it, most often because memory ran out")
    if name == "SIGILL":
        return tr("It used an instruction this processor does not have (SIGILL)")
    if name in FAULTS:
        return tr("It crashed in native code ({signal})", signal=name)
    if name:
        return tr("It was ended by {signal}", signal=name)
    return tr("It ended with code {code}", code=exited.returncode)


def _engine_missing() -> Problem:
    return Problem(
        "engine_missing",
        tr("The engine is not installed"),
        tr("Coterie's environment has no llama-cpp-python"),
        tr("Run make run in Coterie's folder: it builds the engine for this computer."),
    )
