"""Other programs: started, watched and ended, as callables that tests replace."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

# Set by make for its own children (a job server we are not part of), or by the user for another
# Python: each would reach pip, ninja or the program.
NOT_PASSED_ON = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "PYTHONHOME", "PYTHONPATH")
KILL_AFTER_S = 5
NOT_FOUND = 127


class SetupError(Exception):
    """An expected failure; its text is the sentence the user reads."""


@dataclass(frozen=True)
class Completed:
    """A finished program: its exit code (127 when it could not be started) and all its output."""

    code: int
    output: str


class Run(Protocol):
    """Runs a program to its end, its output captured."""

    def __call__(self, command: Sequence[str], /) -> Completed: ...


class Stream(Protocol):
    """Runs a program to its end, each output line handed over as it comes; the exit code."""

    def __call__(
        self,
        command: Sequence[str],
        on_line: Callable[[str], None],
        environment: Mapping[str, str],
        /,
    ) -> int: ...


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The user's environment without what must not reach our children."""
    return {name: value for name, value in environment.items() if name not in NOT_PASSED_ON}


def run(command: Sequence[str], /) -> Completed:
    """`Run` for real; English messages, no input."""
    environment = {**clean_environment(os.environ), "LC_ALL": "C"}
    try:
        done = subprocess.run(
            command,
            check=False,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except OSError as error:
        return Completed(NOT_FOUND, str(error))
    return Completed(done.returncode, done.stdout)


def stream(
    command: Sequence[str], on_line: Callable[[str], None], environment: Mapping[str, str], /
) -> int:
    """`Stream` for real; an interrupted program is ended before this raises."""
    with subprocess.Popen(
        command,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                on_line(line.rstrip("\n"))
            return process.wait()
        except BaseException:
            _end(process)
            raise


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(KILL_AFTER_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
