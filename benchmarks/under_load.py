"""Decode speed while another program keeps one core 100 % busy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.busy_core import one_busy_core
from benchmarks.coterie_engine import PROMPT, engine
from benchmarks.figure import Figure, listed, median
from benchmarks.peers import Peers

ROUNDS = 5
TOKENS = 96
# Fewer where threads wait for the busy core: 2 threads take half a second a token.
SLOW_TOKENS = 16


def measure(model: Path, peers: Peers, folder: Path, most_threads: int) -> Iterator[Figure]:
    """Each fixed thread count, the adapting one and llama-server take turns under one load."""
    fixed: dict[int, list[float]] = {count: [] for count in range(1, most_threads + 1)}
    adaptive: list[float] = []
    server_speeds: list[float] = []
    with peers.server(model) as server, one_busy_core():
        for _ in range(ROUNDS):
            for count, speeds in fixed.items():
                tokens = TOKENS if count < most_threads else SLOW_TOKENS
                with engine(model, folder / f"fixed-{count}", n_threads=count) as running:
                    running.decode_tokens_per_s(4)
                    speeds.append(running.decode_tokens_per_s(tokens))
            with engine(model, folder / "adaptive") as running:
                running.decode_tokens_per_s(4)
                adaptive.append(running.decode_tokens_per_s(TOKENS))
            server_speeds.append(server.decode_tokens_per_s(PROMPT, SLOW_TOKENS))
    best = max(fixed, key=lambda count: median(fixed[count]))
    detail = f"adaptive {listed(adaptive)}; " + "; ".join(
        f"{count} fixed {listed(speeds)}" for count, speeds in fixed.items()
    )
    yield Figure(
        "Decode with one core kept busy ÷ the best fixed thread count",
        median(adaptive) / median(fixed[best]),
        0.90,
        "at least",
        detail=f"{detail} tok/s; best: {best}",
    )
    yield Figure(
        "Decode with one core kept busy ÷ llama-server, default threads",
        median(adaptive) / median(server_speeds),
        4,
        "at least",
        detail=f"llama-server {listed(server_speeds)} tok/s",
    )
