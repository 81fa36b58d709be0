"""Decode speed beside llama-bench and llama-cpp-python's class, on an idle machine."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.coterie_engine import CoterieEngine, engine
from benchmarks.figure import Figure, listed, median
from benchmarks.peers import Peers

ROUNDS = 5
TOKENS = 128
# What the chat template and the prompt put before the answer.
DEPTH = 40


def measure(model: Path, peers: Peers, folder: Path, n_threads: int) -> Iterator[Figure]:
    """The peers and Coterie take turns, so that a slow minute meets all of them."""
    ours: list[float] = []
    adaptive: list[float] = []
    bench: list[float] = []
    llama_class: list[float] = []
    with (
        engine(model, folder, n_threads=n_threads) as fixed,
        engine(model, folder / "adaptive") as adapting,
    ):
        _warm(fixed, adapting)
        for _ in range(ROUNDS):
            ours.append(fixed.decode_tokens_per_s(TOKENS))
            bench.append(peers.bench_tokens_per_s(model, n_threads, TOKENS, DEPTH))
            adaptive.append(adapting.decode_tokens_per_s(TOKENS))
            llama_class.append(_class_tokens_per_s(model, n_threads))
    detail = f"Coterie {listed(ours)}; llama-bench {listed(bench)} tok/s, {n_threads} threads"
    yield _ratio("Decode ÷ llama-bench, same threads", ours, bench, 0.97, detail)
    detail = f"Coterie {listed(ours)}; Llama {listed(llama_class)} tok/s, {n_threads} threads"
    yield _ratio("Decode ÷ `Llama.create_chat_completion`", ours, llama_class, 1.04, detail)
    detail = f"Coterie, adapting {listed(adaptive)} tok/s"
    yield _ratio("Adaptive threads ÷ llama-bench, idle", adaptive, bench, 0.97, detail)


def _ratio(name: str, ours: list[float], theirs: list[float], limit: float, detail: str) -> Figure:
    return Figure(name, median(ours) / median(theirs), limit, "at least", detail=detail)


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
