"""Counting picks: sums and repeats, however the tokens were cut into batches."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

import numpy as np
import pytest

from runtime.engine.expert_counts import ExpertCounts
from runtime.protocol.messages import ExpertUse

Rows = list[list[int]]


def ids(rows: Rows) -> bytes:
    return np.array(rows, np.int32).tobytes()


def counts(*rows: list[int]) -> bytes:
    return np.array(rows, "<u4").tobytes()


def test_nothing_yet() -> None:
    assert ExpertCounts(4, 2).use() == ExpertUse((), 4, 2, 0, b"")


def test_two_layers_and_a_repeat() -> None:
    taken = ExpertCounts(4, 2)
    taken.add(2, 2, {3: ids([[0, 1], [1, 2]]), 1: ids([[3, 0], [0, 3]])})
    assert taken.use() == ExpertUse(
        (1, 3), 4, 2, 2, counts([2, 0, 0, 2], [1, 2, 1, 0]), repeated=3, comparable=4
    )


def test_a_layer_that_saw_only_the_last_token() -> None:
    """Token 2 was not computed there, so token 3 has none before it to be compared with."""
    taken = ExpertCounts(4, 1)
    taken.add(3, 3, {0: ids([[1], [1], [1]]), 9: ids([[2]])})
    taken.add(1, 4, {0: ids([[1]]), 9: ids([[2]])})
    taken.add(2, 6, {0: ids([[0], [1]]), 9: ids([[2]])})
    assert taken.use() == ExpertUse(
        (0, 9), 4, 1, 6, counts([1, 5, 0, 0], [0, 0, 3, 0]), repeated=3 + 1, comparable=5 + 1
    )


def batches(rows: Rows, draw: random.Random) -> Iterator[Rows]:
    while rows:
        size = draw.randint(1, 9)
        yield rows[:size]
        rows = rows[size:]


@pytest.mark.parametrize("seed", range(20))
def test_it_does_not_matter_how_it_was_cut(seed: int) -> None:
    draw = random.Random(seed)
    n_experts = draw.randint(1, 12)
    n_used = draw.randint(1, n_experts)
    rows = [draw.sample(range(n_experts), n_used) for _ in range(draw.randint(1, 80))]
    taken, end = ExpertCounts(n_experts, n_used), 0
    for batch in batches(rows, draw):
        end += len(batch)
        taken.add(len(batch), end, {0: ids(batch)})
        if draw.random() < 0.3:
            assert taken.use().tokens == end
    use = taken.use()
    assert use.counts == counts([sum(row.count(e) for row in rows) for e in range(n_experts)])
    pairs = itertools.pairwise(rows)
    assert use.repeated == sum(len({*a} & {*b}) for a, b in pairs)
    assert (use.tokens, use.comparable) == (len(rows), (len(rows) - 1) * n_used)
