"""Decode speed while another program keeps one core 100 % busy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.busy_core import one_busy_core
from benchmarks.coterie_engine import PROMPT, engine
from benchmarks.figure import Figure, listed, median
from benchmarks.peers import Peers

ROUNDS = 5
TOKENS = 96
# Where threads wait for the busy core a token can take seconds.
SLOW_TOKENS = 5


@dataclass
class Speeds:
    """Decode tokens/s under one load, in the order they were measured."""

    fixed: dict[int, list[float]]
    adaptive: list[float] = field(default_factory=list)
    server: list[float] = field(default_factory=list)

    @property
    def best(self) -> int:
        return max(self.fixed, key=lambda count: median(self.fixed[count]))

    def detail(self) -> str:
        counts = "; ".join(f"{count} fixed {listed(found)}" for count, found in self.fixed.items())
        return f"adaptive {listed(self.adaptive)}; {counts} tok/s"


def measure(model: Path, peers: Peers, folder: Path, most_threads: int) -> Iterator[Figure]:
    """The busy program in a session of its own, as one started elsewhere is; then in ours."""
    for own_session, where in ((True, "another session"), (False, "the same session")):
        speeds = _under_load(model, peers, folder, most_threads, own_session=own_session)
        adaptive = median(speeds.adaptive)
        yield Figure(
            f"Decode ÷ the best fixed thread count, one core kept busy from {where}",
            adaptive / median(speeds.fixed[speeds.best]),
            0.90,
            "at least",
            detail=f"{speeds.detail()}; best: {speeds.best}",
        )
        yield Figure(
            f"Decode ÷ llama-server, default threads, one core kept busy from {where}",
            adaptive / median(speeds.server),
            4,
            "at least",
            detail=f"llama-server {listed(speeds.server)} tok/s",
        )


def _under_load(
    model: Path, peers: Peers, folder: Path, most_threads: int, *, own_session: bool
) -> Speeds:
    """Each fixed thread count, the adapting one and llama-server take turns."""
    speeds = Speeds({count: [] for count in range(1, most_threads + 1)})
    with peers.server(model) as server, one_busy_core(own_session=own_session):
        for _ in range(ROUNDS):
            for count, found in speeds.fixed.items():
                tokens = TOKENS if count < most_threads else SLOW_TOKENS
                with engine(model, folder / f"fixed-{count}", n_threads=count) as running:
                    found.append(running.decode_tokens_per_s(tokens))
            with engine(model, folder / "adaptive") as running:
                speeds.adaptive.append(running.decode_tokens_per_s(TOKENS))
            speeds.server.append(server.decode_tokens_per_s(PROMPT, SLOW_TOKENS))
    return speeds
