"""What counting the router's picks costs in decode speed, on an idle machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

from benchmarks.coterie_engine import CoterieEngine, engine
from benchmarks.figure import Figure, listed, median
from runtime.cores import usable_cores

ROUNDS = 9
REPEATS = 3
SETTLE_S = 0.5
TOKENS = 128
LIMIT = 0.92


def measure(model: Path, folder: Path) -> Iterator[Figure]:
    """Both take turns, so that a slow minute meets both; a ratio is of one round.

    Once with all cores, as an answer has them, and once with one, which needs no quiet second core.
    """
    for n_threads in sorted({usable_cores().usable, 1}, reverse=True):
        yield _figure(model, folder, n_threads)


def _figure(model: Path, folder: Path, n_threads: int) -> Figure:
    with (
        engine(model, folder, n_threads=n_threads) as plain,
        engine(model, folder / "capturing", n_threads=n_threads, capture_experts=True) as capturing,
    ):
        for running in (plain, capturing):
            running.decode_tokens_per_s(16)
        rounds = [_round(plain, capturing, number) for number in range(ROUNDS)]
    without, counting = (list(speeds) for speeds in zip(*rounds, strict=True))
    ratios = [counted / free for free, counted in rounds]
    threads = "1 thread" if n_threads == 1 else f"{n_threads} threads"
    return Figure(
        f"Decode while expert picks are counted ÷ without, {threads}",
        median(ratios),
        LIMIT,
        "at least",
        detail=f"ratios {listed(ratios)}; counting {listed(counting)}; "
        f"without {listed(without)} tok/s",
    )


def _round(plain: CoterieEngine, capturing: CoterieEngine, number: int) -> tuple[float, float]:
    """The mean speed of each over a few turns; who goes first changes."""
    sums = {id(plain): 0.0, id(capturing): 0.0}
    for turn in range(REPEATS):
        both = (plain, capturing) if (number + turn) % 2 else (capturing, plain)
        for running in both:
            threading.Event().wait(SETTLE_S)
            sums[id(running)] += running.decode_tokens_per_s(TOKENS)
    return sums[id(plain)] / REPEATS, sums[id(capturing)] / REPEATS
