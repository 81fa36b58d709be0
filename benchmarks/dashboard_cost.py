"""What the dashboard costs while an answer runs: in decode speed, and in the window's process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.figure import Figure, listed, median

PAIRS, TOKENS = 6, 96
TIMEOUT_S = 600


def measure(
    home: Path, environment: Mapping[str, str], pairs: int = PAIRS, tokens: int = TOKENS
) -> Iterator[Figure]:
    """One window, the real worker: the dashboard in front and the chat take turns."""
    seen, hidden = _answers(home, environment, pairs, tokens)
    speeds, hidden_speeds = [speed for speed, *_ in seen], [speed for speed, *_ in hidden]
    yield Figure(
        "Decode while the dashboard is in front, 4 Hz \N{DIVISION SIGN} hidden",
        median(speeds) / median(hidden_speeds),
        0.99,
        "at least",
        detail=f"{listed(speeds)} against {listed(hidden_speeds)} tok/s, "
        f"{pairs} pairs of answers of {tokens} tokens",
    )
    decoding, whole = ([one[at] for one in seen] for at in (1, 2))
    yield Figure(
        "CPU of the window's process meanwhile, of one core",
        median(decoding),
        3,
        "at most",
        " %",
        f"{listed(decoding)} % while it decodes; with what comes before the first token "
        f"{listed(whole)} %; with the chat in front {listed([one[1] for one in hidden])} %",
    )


def _answers(
    home: Path, environment: Mapping[str, str], pairs: int, tokens: int
) -> tuple[list[tuple[float, ...]], list[tuple[float, ...]]]:
    """(tokens/s, CPU percent from the first token on, from the question on) of each answer."""
    done = subprocess.run(
        (sys.executable, "-m", "benchmarks.dashboard_window", str(pairs), str(tokens)),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={**environment, "COTERIE_HOME": str(home)},
        timeout=TIMEOUT_S,
    )
    found: dict[str, list[tuple[float, ...]]] = {"dashboard": [], "chats": []}
    for line in done.stdout.splitlines():
        place, *numbers = line.split()
        found[place].append(tuple(map(float, numbers)))
    return found["dashboard"], found["chats"]
