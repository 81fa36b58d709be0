"""Why a worker ended, in words: from its exit code to a `Problem`."""

from __future__ import annotations

import signal

from runtime.engine_process import Exited
from runtime.errors import Problem

# Signals a fault in native code ends with.
FAULTS = {"SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGABRT"}

# Python's own words, at the end of the log.
NO_ENGINE = "ModuleNotFoundError: No module named 'llama_cpp'"
ENGINE_MISSING = Problem(
    "engine_missing",
    "The engine is not installed",
    "Coterie's environment has no llama-cpp-python",
    "Run make run in Coterie's folder: it builds the engine for this computer.",
)
START_AGAIN = "Start the engine again; what was written so far is kept."


def is_fault(exited: Exited) -> bool:
    """Whether native code crashed, as opposed to being ended from outside."""
    return _signal_name(exited.returncode) in FAULTS


def _signal_name(returncode: int) -> str:
    if returncode >= 0:
        return ""
    try:
        return signal.Signals(-returncode).name
    except ValueError:
        return f"signal {-returncode}"


def why(exited: Exited, start_again: str = START_AGAIN) -> Problem:
    """The problem to show for a worker that ended unasked.

    `start_again` is what to try when the reason suggests nothing better.
    """
    if NO_ENGINE in exited.log_tail:
        return ENGINE_MISSING
    name = _signal_name(exited.returncode)
    if exited.broken_channel:
        message = f"It sent something that could not be read ({exited.broken_channel})"
    elif name == "SIGKILL":
        message = "The system or another program ended it, most often because memory ran out"
    elif name == "SIGILL":
        message = "It used an instruction this processor does not have (SIGILL)"
    elif name in FAULTS:
        message = f"It crashed in native code ({name})"
    elif name:
        message = f"It was ended by {name}"
    else:
        message = f"It ended with code {exited.returncode}"
    remedy = start_again
    if name == "SIGKILL":
        remedy = "Close other programs or choose a smaller model or context, then start it again."
    if name == "SIGILL":
        remedy = "It was built for another processor: run the set-up on this machine (make run)."
    return Problem("engine_crashed", "The engine stopped", message, remedy)
