"""From the start of the process to the first picture, beside a bare PySide6 window."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.figure import Figure, listed, median

ROUNDS = 5


def measure(home: Path, environment: Mapping[str, str]) -> Iterator[Figure]:
    """Both take turns, each in a process of its own."""
    surroundings = {**environment, "COTERIE_HOME": str(home)}
    # One of each first, so that the files are in the system's cache for both.
    for name in ("bare_window", "coterie_window"):
        _seconds(name, surroundings)
    bare, shown, furnished = [], [], []
    for _ in range(ROUNDS):
        bare.append(_seconds("bare_window", surroundings)[0])
        first, second = _seconds("coterie_window", surroundings)
        shown.append(first)
        furnished.append(second)
    yield Figure(
        "Window visible ÷ a bare PySide6 window",
        median(shown) / median(bare),
        1.6,
        "at most",
        detail=f"{listed(shown)} s against {listed(bare)} s, {platform(environment)}",
    )
    yield Figure(
        "Window with its chats in it ÷ a bare PySide6 window",
        median(furnished) / median(bare),
        4,
        "at most",
        detail=f"{listed(furnished)} s; not in the issue's table",
    )


def platform(environment: Mapping[str, str]) -> str:
    """The Qt platform the windows were on."""
    return environment.get("QT_QPA_PLATFORM") or "xcb"


def _seconds(module: str, environment: Mapping[str, str]) -> list[float]:
    started_s = time.monotonic()
    done = subprocess.run(
        (sys.executable, "-m", f"benchmarks.{module}"),
        check=True,
        capture_output=True,
        text=True,
        env=dict(environment),
        timeout=60,
    )
    return [float(text) - started_s for text in done.stdout.split()]
