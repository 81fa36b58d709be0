"""How the window bears a long chat: stalls while Markdown comes, a token's cost, scrolling."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.figure import Figure, listed, median
from tests.ui.hostile_samples import SAMPLES

RATE, TOKENS = 200, 4_000
SHORT, LONG = 500, 8_000
MESSAGES = 10_000
ROUNDS = 3


def measure(home: Path, environment: Mapping[str, str]) -> Iterator[Figure]:
    """Each in a window process of its own; the stream comes through the real pipe."""
    surroundings = {**environment, "COTERIE_HOME": str(home)}
    yield from _stalls(surroundings)
    short = _runs(("token", SHORT), surroundings)
    long = _runs(("token", LONG), surroundings)
    ratios = [after[0] / before[0] for before, after in zip(short, long, strict=True)]
    yield Figure(
        f"Cost of one more token at {LONG:,} tokens \N{DIVISION SIGN} at {SHORT}",
        median(ratios),
        1.5,
        "at most",
        "",
        f"{listed([s[0] for s in short])} ms and {listed([n[0] for n in long])} ms",
    )
    opened = _runs(("open", MESSAGES), surroundings)
    yield Figure(
        f"First paint of a conversation of {MESSAGES:,} messages",
        median([run[0] for run in opened]),
        300,
        "at most",
        " ms",
        f"{listed([run[0] for run in opened])} ms, from the messages on",
    )
    yield Figure(
        "A scrolling frame in it, p95",
        median([run[1] for run in opened]),
        16,
        "at most",
        " ms",
        f"{listed([run[1] for run in opened])} ms",
    )
    turns = _run(("hostile",), surroundings)
    name = tuple(SAMPLES)[round(turns[1])]
    yield Figure(
        f"The longest turn of the event loop that any of {len(SAMPLES)} hostile texts takes",
        turns[0],
        50,
        "at most",
        " ms",
        f"the worst: {name}; those over 25 ms three times, the least counts",
    )


def _stalls(environment: Mapping[str, str]) -> Iterator[Figure]:
    runs = _runs(("stream", RATE, TOKENS), environment)
    for name, number, limit_ms in (("p99", 0, 16), ("worst", 1, 50)):
        values = [run[number] for run in runs]
        yield Figure(
            f"Main-thread stall while {TOKENS:,} tokens of Markdown come at {RATE}/s, {name}",
            median(values),
            limit_ms,
            "at most",
            " ms",
            f"{listed(values)} ms",
        )


def _runs(task: tuple[object, ...], environment: Mapping[str, str]) -> list[list[float]]:
    return [_run(task, environment) for _ in range(ROUNDS)]


def _run(task: tuple[object, ...], environment: Mapping[str, str]) -> list[float]:
    done = subprocess.run(
        (sys.executable, "-m", "benchmarks.chat_window", *map(str, task)),
        check=True,
        capture_output=True,
        text=True,
        env=dict(environment),
        timeout=180,
    )
    return [float(word) for word in done.stdout.split()]
