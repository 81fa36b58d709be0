"""What the dashboard costs while an answer runs: in decode speed, and in the window's process."""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.figure import Figure, listed, median

ROUNDS, TOKENS = 6, 384
TIMEOUT_S = 600


def measure(
    home: Path, environment: Mapping[str, str], rounds: int = ROUNDS, tokens: int = TOKENS
) -> Iterator[Figure]:
    """One window, the real worker: the dashboard, a page where nothing moves, and the chat take
    turns.
    """
    found = _answers(home, environment, rounds, tokens)
    seen = found["dashboard"]
    speeds, still, chat = (
        [speed for speed, *_ in found[page]] for page in ("dashboard", "settings", "chats")
    )
    yield Figure(
        "Decode while the dashboard is in front \N{DIVISION SIGN} hidden",
        median(speeds) / median(still),
        0.99,
        "at least",
        detail=f"{listed(speeds)} against {listed(still)} tok/s behind a page where nothing moves; "
        f"{listed(chat)} behind the chat; answers of {tokens} tokens; its "
        "numbers change at 4 Hz, memory is read at 2 Hz",
    )
    decoding, whole = ([one[at] for one in seen] for at in (1, 2))
    yield Figure(
        "CPU of the window's process meanwhile, of one core",
        median(decoding),
        3,
        "at most",
        " %",
        f"{listed(decoding)} % while it decodes; with what comes before the first token "
        f"{listed(whole)} %; with a page in front where nothing moves "
        f"{listed([one[1] for one in found['settings']])} %, with the chat "
        f"{listed([one[1] for one in found['chats']])} %",
    )


def _answers(
    home: Path, environment: Mapping[str, str], rounds: int, tokens: int
) -> dict[str, list[tuple[float, ...]]]:
    """By the page in front, (tokens/s, CPU percent from the first token on, from the question on)
    of each answer.
    """
    done = subprocess.run(
        (sys.executable, "-m", "benchmarks.dashboard_window", str(rounds), str(tokens)),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={**environment, "COTERIE_HOME": str(home)},
        timeout=TIMEOUT_S,
    )
    found: defaultdict[str, list[tuple[float, ...]]] = defaultdict(list)
    for line in done.stdout.splitlines():
        place, *numbers = line.split()
        found[place].append(tuple(map(float, numbers)))
    return found
