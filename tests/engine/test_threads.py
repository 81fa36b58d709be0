"""The thread controller on simulated machines: how much of the best fixed count it reaches."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from runtime.engine.other_load import CpuReading, OtherLoad, others_cores
from runtime.engine.threads import TokenSample, after_token, room_for, start_state

# Seconds a token takes at each count, as measured on 2 cores (docs/benchmarks.md).
IDLE = {1: 0.0180, 2: 0.0113}
# A program of another session keeps one core busy: two threads wait for each other.
CROWDED = {1: 0.0190, 2: 3.0}
# One of the same session does.
SHARED = {1: 0.0180, 2: 0.0230}
WINDOW_S = 0.3


@dataclass
class Machine:
    """`times` says how long tokens take at a moment and what others then use, in cores.

    `blind` machines don't tell what others use. Now and then a token takes longer, as they do.
    """

    times: Callable[[float], tuple[dict[int, float], float]]
    blind: bool = False
    hiccups: bool = True

    def tokens_in(self, seconds: float, first_others: float | None) -> tuple[int, float]:
        """Tokens decoded in so much time, and the count of threads at the end."""
        choose = random.Random(1)
        state = start_state(2, 2, first_others)
        now_s, tokens, seen, seen_at_s = 0.0, 0, first_others, 0.0
        while now_s < seconds:
            times, others = self.times(now_s)
            elapsed_s = times[state.n_threads] * choose.uniform(0.95, 1.08)
            if self.hiccups and choose.random() < 0.01:
                elapsed_s *= 4
            now_s += elapsed_s
            tokens += 1
            if now_s - seen_at_s >= WINDOW_S:
                seen, seen_at_s = None if self.blind else others, now_s
            state = after_token(state, TokenSample(elapsed_s, now_s, seen))
        return tokens, state.n_threads


def best_fixed(times: dict[int, float], seconds: float) -> float:
    """The 4 % of hiccups above take 3 % of everyone's time."""
    return seconds / min(times.values()) / 1.045


@pytest.mark.parametrize(
    ("times", "others", "first_others", "least"),
    [
        (IDLE, 0.0, None, 0.97),
        (IDLE, 0.0, 0.0, 0.97),
        (IDLE, 0.0, 1.0, 0.90),
        (CROWDED, 1.0, 1.0, 0.97),
        (SHARED, 1.0, 1.0, 0.97),
        (SHARED, 1.0, None, 0.90),
        (SHARED, 0.7, 0.0, 0.90),
    ],
)
def test_it_comes_near_the_best_fixed_count(
    times: dict[int, float], others: float, first_others: float | None, least: float
) -> None:
    tokens, _ = Machine(lambda _now_s: (times, others)).tokens_in(8, first_others)
    assert tokens / best_fixed(times, 8) >= least


@pytest.mark.parametrize("first_others", [None, 0.0])
def test_an_answer_that_begins_crowded_is_not_stuck(first_others: float | None) -> None:
    """Found by measuring: every token took 3 s, and so none was slower than the others."""
    tokens, threads = Machine(lambda _now_s: (CROWDED, 1.0)).tokens_in(30, first_others)
    assert threads == 1
    assert tokens / best_fixed(CROWDED, 30) >= 0.6


def test_it_follows_a_machine_that_becomes_busy_and_quiet_again() -> None:
    def times(now_s: float) -> tuple[dict[int, float], float]:
        return (CROWDED, 1.0) if 5 <= now_s < 10 else (IDLE, 0.0)

    tokens, threads = Machine(times).tokens_in(20, 0.0)
    best = best_fixed(IDLE, 15) + best_fixed(CROWDED, 5)
    assert threads == 2
    assert tokens / best >= 0.75


@pytest.mark.parametrize(("times", "least"), [(IDLE, 0.93), (SHARED, 0.75)])
def test_it_works_where_the_load_of_others_is_not_told(
    times: dict[int, float], least: float
) -> None:
    tokens, _ = Machine(lambda _now_s: (times, 0.0), blind=True).tokens_in(8, None)
    assert tokens / best_fixed(times, 8) >= least


@pytest.mark.parametrize(
    ("most", "logical", "others", "room"),
    [
        (2, 2, 0.0, 2),
        (2, 2, 0.3, 2),
        (2, 2, 0.5, 1),
        (2, 2, 1.0, 1),
        (2, 2, 2.0, 1),
        (8, 16, 0.0, 8),
        (8, 16, 8.2, 8),
        (8, 16, 9.0, 7),
        (8, 8, 3.0, 5),
        (1, 64, 0.0, 1),
    ],
)
def test_room_for_threads(most: int, logical: int, others: float, room: int) -> None:
    assert room_for(most, logical, others) == room


def test_the_load_of_others_is_the_busy_time_less_our_own() -> None:
    assert others_cores(CpuReading(0, 10, 1), CpuReading(2, 13, 2)) == 1.0
    assert others_cores(CpuReading(0, 10, 1), CpuReading(2, 11, 4)) == 0.0


def test_the_load_of_others_is_read_once_a_window() -> None:
    readings = iter([CpuReading(-9, 0, 0), CpuReading(1e9, 5, 5)])
    load = OtherLoad(0.3, lambda: next(readings))
    assert load.now() == 0.0
    assert load.now() == 0.0
