"""How far a step has come: read from other programs' output, shown as one line or as a few."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TextIO

LINE_EVERY_PERCENT = 10
_NINJA = re.compile(r"^\s*\[(\d+)/(\d+)\] ")
_PHASES = (
    (
        re.compile(r"^\s*(?:Downloading|Using cached|Processing) .*llama_cpp_python.*\.tar\.gz"),
        "source",
    ),
    (re.compile(r"^\s*\*\*\* Configuring CMake"), "configure"),
    (re.compile(r"^\s*\*\*\* Installing project into wheel"), "pack"),
)
PHASE_TEXTS = {
    "source": "fetching the source",
    "configure": "looking at the compiler",
    "pack": "packing",
}
_COLLECTING = re.compile(r"^Collecting ([A-Za-z0-9._-]+?)(?:==|\s|$)")


@dataclass(frozen=True)
class Steps:
    """`done` of `total` build steps."""

    done: int
    total: int

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total


def build_steps(line: str) -> Steps | None:
    """Ninja's `[12/144] ` at the start of a line; None for any other line."""
    match = _NINJA.match(line)
    if match is None:
        return None
    done, total = int(match[1]), int(match[2])
    return Steps(done, total) if done <= total and total else None


def build_phase(line: str) -> str | None:
    """What an engine build is at, where a line tells and ninja does not count."""
    return next((PHASE_TEXTS[name] for pattern, name in _PHASES if pattern.match(line)), None)


def collected_package(line: str) -> str | None:
    """The package pip has just begun to fetch."""
    match = _COLLECTING.match(line)
    return match[1] if match else None


class ProgressLine:
    """One step's progress: a line that is written over on a terminal, else one each 10 %."""

    def __init__(self, label: str, out: TextIO) -> None:
        self._label = label
        self._out = out
        self._terminal = out.isatty()
        self._width = 0
        self._percent = -1

    def say(self, text: str) -> None:
        """Progress that has no number; only a terminal shows each."""
        if self._terminal:
            self._over(f"{self._label}: {text}")

    def step(self, steps: Steps) -> None:
        """Progress that has one."""
        percent = steps.percent
        if self._terminal:
            self._over(f"{self._label}: {percent:3d} %  ({steps.done} of {steps.total})")
        elif percent // LINE_EVERY_PERCENT > self._percent // LINE_EVERY_PERCENT:
            self._line(f"{self._label}: {percent} %")
        self._percent = max(percent, self._percent)

    def end(self, text: str) -> None:
        """The step's last word."""
        if self._terminal:
            self._over("")
            self._out.write("\r")
        self._line(f"{self._label}: {text}")

    def _over(self, text: str) -> None:
        self._out.write("\r" + text.ljust(self._width))
        self._out.flush()
        self._width = len(text)

    def _line(self, text: str) -> None:
        self._out.write(text + "\n")
        self._out.flush()
