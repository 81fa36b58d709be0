"""How many threads the next token should use, decided from how long the last ones took.

A barrier ends every graph node, so one thread that must wait for a core holds up all of them: on
2 cores with one kept busy, 2 threads decode 4 tokens/s and 1 thread 36. Two things are watched:
what other programs use of the CPU, and tokens that take longer than fewer threads would need.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

SLOW_RATIO = 1.25  # of what one thread fewer would take: noise stays under it
ROOM_TO_GROW_CORES = 0.6  # what of a core must be idle before a thread is added
PROBE_TOKENS = 4
PROBE_GAIN = 0.98
FIRST_HOLD_S = 1.0
LONGEST_HOLD_S = 30.0
SMOOTHING = 0.2


@dataclass(frozen=True)
class TokenSample:
    """One decoded token. `others_cores` is the CPU other programs use now, in cores, or None."""

    elapsed_s: float
    now_s: float
    others_cores: float | None


@dataclass(frozen=True)
class ThreadState:
    """The choice in force and what was learned.

    `token_s` maps a thread count to its smoothed undisturbed token time; `recent_s` are the last
    tokens at this count; `hold_until_s` is when the next try with more threads is allowed;
    `came_from` is the count before a try upward, 0 when settled.
    """

    n_threads: int
    max_threads: int
    logical_cores: int
    token_s: tuple[tuple[int, float], ...] = ()
    recent_s: tuple[float, ...] = ()
    hold_s: float = FIRST_HOLD_S
    hold_until_s: float = 0.0
    came_from: int = 0

    def known(self, n_threads: int) -> float | None:
        return dict(self.token_s).get(n_threads)


def room_for(max_threads: int, logical_cores: int, others_cores: float) -> int:
    """The most threads that leave other programs their cores, at least 1."""
    free = math.floor(logical_cores - others_cores + (1 - ROOM_TO_GROW_CORES))
    return max(1, min(max_threads, free))


def start_state(max_threads: int, logical_cores: int, others_cores: float | None) -> ThreadState:
    """The state for the first token, given what other programs use right now."""
    first = room_for(max_threads, logical_cores, others_cores or 0.0)
    return ThreadState(first, max_threads, logical_cores)


def after_token(state: ThreadState, sample: TokenSample) -> ThreadState:
    """The state for the next token."""
    state = replace(state, recent_s=(*state.recent_s, sample.elapsed_s)[-PROBE_TOKENS:])
    if state.came_from:
        return _judge_try(state, sample)
    if _is_slow(state) or _is_crowded(state, sample):
        return _step_down(state, sample)
    state = _learn(state, sample.elapsed_s)
    return _maybe_try_more(state, sample)


def _is_crowded(state: ThreadState, sample: TokenSample) -> bool:
    """Whether others need the cores and it was never seen how fewer threads do.

    Without this an answer that begins under load stays at its first count: slow tokens are all it
    knows, and none of them is slower than the others.
    """
    if sample.others_cores is None or len(state.recent_s) < 2:
        return False
    room = room_for(state.max_threads, state.logical_cores, sample.others_cores)
    return room < state.n_threads and state.known(room) is None


def _fewer_would_take(state: ThreadState) -> float | None:
    """What a token should take with one thread fewer, known or bounded by perfect scaling."""
    fewer = state.n_threads - 1
    if fewer < 1:
        return None
    known = state.known(fewer)
    if known is not None:
        return known
    here = state.known(state.n_threads)
    return None if here is None else here * state.n_threads / fewer


def _is_slow(state: ThreadState) -> bool:
    limit = _fewer_would_take(state)
    if limit is None or not state.recent_s:
        return False
    last_two = state.recent_s[-2:]
    far_over = state.recent_s[-1] > 3 * limit
    return far_over or (len(last_two) == 2 and min(last_two) > SLOW_RATIO * limit)


def _step_down(state: ThreadState, sample: TokenSample) -> ThreadState:
    fewer = state.n_threads - 1
    if sample.others_cores is not None:
        room = room_for(state.max_threads, state.logical_cores, sample.others_cores)
        fewer = max(1, min(fewer, room))
    return replace(
        state,
        n_threads=fewer,
        recent_s=(),
        hold_until_s=sample.now_s + state.hold_s,
        came_from=0,
    )


def _learn(state: ThreadState, elapsed_s: float) -> ThreadState:
    table = dict(state.token_s)
    before = table.get(state.n_threads, elapsed_s)
    # A disturbed token must not make the count look slow, so rises are learned slowly.
    weight = SMOOTHING if elapsed_s < before else SMOOTHING / 4
    table[state.n_threads] = before + weight * (elapsed_s - before)
    return replace(state, token_s=tuple(sorted(table.items())))


def _maybe_try_more(state: ThreadState, sample: TokenSample) -> ThreadState:
    if state.n_threads >= state.max_threads or sample.now_s < state.hold_until_s:
        return state
    if sample.others_cores is None:
        target = state.n_threads + 1
    else:
        target = room_for(state.max_threads, state.logical_cores, sample.others_cores)
    if target <= state.n_threads:
        return state
    return replace(state, n_threads=target, recent_s=(), came_from=state.n_threads)


def _judge_try(state: ThreadState, sample: TokenSample) -> ThreadState:
    before = state.known(state.came_from)
    failed_early = before is not None and sample.elapsed_s > 3 * before
    if not failed_early and len(state.recent_s) < PROBE_TOKENS:
        return state
    # The first token at a new count wakes sleeping threads and is not counted.
    mean = sum(state.recent_s[1:]) / max(1, len(state.recent_s) - 1)
    if not failed_early and (before is None or mean < before * PROBE_GAIN):
        settled = replace(state, came_from=0, hold_s=FIRST_HOLD_S)
        return _learn(settled, mean)
    hold_s = min(LONGEST_HOLD_S, state.hold_s * 2)
    return replace(
        state,
        n_threads=state.came_from,
        came_from=0,
        recent_s=(),
        hold_s=hold_s,
        hold_until_s=sample.now_s + hold_s,
    )
