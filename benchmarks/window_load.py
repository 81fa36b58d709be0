"""How the window bears tokens: its memory with an open chat, and the rate it takes smoothly."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figure import Figure, listed, median

MIB = 1024 * 1024
STALL_MS = 50.0
MEGABYTE = 1_000_000
RATES = (500, 1_000, 2_000, 4_000)
SECONDS = 6
ROUNDS = 3
# An ordinary chat: 15 s of answer at the speed of a quick model.
CHAT_RATE, CHAT_SECONDS = 80, 15


@dataclass(frozen=True)
class Flooded:
    """One answer at one rate."""

    longest_stall_ms: float
    tokens_per_s: float
    rss_bytes: float


def measure(home: Path, environment: Mapping[str, str]) -> Iterator[Figure]:
    """Each rate in a window process of its own, the real pipe and frames in between."""
    surroundings = {**environment, "COTERIE_HOME": str(home)}
    chats = [_flooded(CHAT_RATE, CHAT_SECONDS, surroundings) for _ in range(ROUNDS)]
    resident = [chat.rss_bytes / MEGABYTE for chat in chats]
    yield Figure(
        "Window process resident memory with an open chat",
        median(resident),
        130,
        "at most",
        " MB",
        f"{listed(resident)} MB after an answer of {CHAT_RATE * CHAT_SECONDS:,} tokens",
    )
    smooth, details = 0.0, []
    for rate in RATES:
        runs = [_flooded(rate, SECONDS, surroundings) for _ in range(ROUNDS)]
        stall_ms = median([run.longest_stall_ms for run in runs])
        taken = median([run.tokens_per_s for run in runs])
        details.append(f"{rate}/s: longest stall {stall_ms:.0f} ms, {taken:.0f} taken")
        if stall_ms <= STALL_MS and taken >= 0.9 * rate:
            smooth = rate
    yield Figure(
        "Token frames per second without a stall over 50 ms",
        smooth,
        500,
        "at least",
        "/s",
        "; ".join(details),
    )


def _flooded(rate: float, seconds: float, environment: Mapping[str, str]) -> Flooded:
    done = subprocess.run(
        (sys.executable, "-m", "benchmarks.flooded_window", str(rate), str(seconds)),
        check=True,
        capture_output=True,
        text=True,
        env=dict(environment),
        timeout=seconds * 10 + 60,
    )
    return Flooded(*(float(word) for word in done.stdout.split()[-3:]))
