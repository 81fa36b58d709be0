"""Stand-ins for the machine: programs that answer as told, and what is installed on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from setup_steps.processes import Completed

CHECKOUT = Path(__file__).resolve().parents[2]
SETUP_FOLDER = CHECKOUT / "packaging"


class Programs:
    """`Run` with fixed answers, by the longest beginning of the command that is known."""

    def __init__(self, answers: Mapping[tuple[str, ...], tuple[int, str]]) -> None:
        self._answers = answers
        self.commands: list[tuple[str, ...]] = []

    def __call__(self, command: Sequence[str], /) -> Completed:
        from setup_steps.processes import NOT_FOUND, Completed

        self.commands.append(tuple(command))
        for length in range(len(command), 0, -1):
            answer = self._answers.get(tuple(command[:length]))
            if answer is not None:
                return Completed(*answer)
        return Completed(NOT_FOUND, "no such program")


class Streams:
    """`Stream` that gives each program's lines and code, and can touch files as it would."""

    def __init__(self, behave: Callable[[Sequence[str], Mapping[str, str]], tuple[int, list[str]]]):
        self._behave = behave
        self.commands: list[tuple[str, ...]] = []

    def __call__(
        self,
        command: Sequence[str],
        on_line: Callable[[str], None],
        environment: Mapping[str, str],
        /,
    ) -> int:
        self.commands.append(tuple(command))
        code, lines = self._behave(command, environment)
        for line in lines:
            on_line(line)
        return code
