"""Decode speed beside llama-bench and llama-cpp-python's class, on an idle machine."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.coterie_engine import CoterieEngine, engine
from benchmarks.figure import Figure, listed, median
from benchmarks.peers import Peers

ROUNDS = 5
REPEATS = 6
SETTLE_S = 0.5
TOKENS = 128
# What the chat template and the prompt put before the answer.
DEPTH = 40


def measure(model: Path, peers: Peers, folder: Path, n_threads: int) -> Iterator[Figure]:
    """All take turns, so that a slow minute meets each of them; a ratio is of one round."""
    with (
        engine(model, folder, n_threads=n_threads) as fixed,
        engine(model, folder / "adaptive") as adapting,
    ):
        _warm(fixed, adapting)
        rounds = [
            taking_turns(
                lambda: fixed.decode_tokens_per_s(TOKENS),
                lambda: peers.bench_tokens_per_s(model, n_threads, TOKENS, DEPTH),
                lambda: adapting.decode_tokens_per_s(TOKENS),
                lambda: _class_tokens_per_s(model, n_threads),
            )
            for _ in range(ROUNDS)
        ]
    ours, bench, adaptive, llama_class = (list(speeds) for speeds in zip(*rounds, strict=True))
    detail = f"Coterie {listed(ours)}; llama-bench {listed(bench)} tok/s, {n_threads} threads"
    yield _ratio("Decode ÷ llama-bench, same threads", ours, bench, 0.97, detail)
    detail = f"Coterie {listed(ours)}; Llama {listed(llama_class)} tok/s, {n_threads} threads"
    yield _ratio("Decode ÷ `Llama.create_chat_completion`", ours, llama_class, 1.04, detail)
    detail = f"Coterie, adapting {listed(adaptive)} tok/s"
    yield _ratio("Adaptive threads ÷ llama-bench, idle", adaptive, bench, 0.97, detail)


def _ratio(name: str, ours: list[float], theirs: list[float], limit: float, detail: str) -> Figure:
    ratios = [mine / other for mine, other in zip(ours, theirs, strict=True)]
    return Figure(
        name, median(ratios), limit, "at least", detail=f"ratios {listed(ratios)}; {detail}"
    )


def taking_turns(*measure_once: Callable[[], float]) -> list[float]:
    """The mean speed of each over a few turns; a pause first, since a program that has just ended
    leaves no idle machine.
    """
    sums = [0.0] * len(measure_once)
    for _ in range(REPEATS):
        for index, measured in enumerate(measure_once):
            threading.Event().wait(SETTLE_S)
            sums[index] += measured()
    return [total / REPEATS for total in sums]


def _warm(*engines: CoterieEngine) -> None:
    for running in engines:
        running.decode_tokens_per_s(16)


def _class_tokens_per_s(model: Path, n_threads: int) -> float:
    """The second of two rounds in a process of its own, so that its first reading is behind it."""
    done = subprocess.run(
        (
            *(sys.executable, "-m", "benchmarks.llama_class", str(model)),
            *(str(n_threads), str(TOKENS), "2"),
        ),
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout.split()[-1])
