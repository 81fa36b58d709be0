"""Shares and colours of the experts, against a plain re-computation."""

from __future__ import annotations

from array import array
from random import Random

import pytest

from app.dashboard.expert_shares import (
    LEVELS,
    ExpertShares,
    Order,
    Top,
    counts_of,
    expert_shares,
    heat,
    top_share,
)
from runtime.protocol.messages import ExpertUse


def use(
    rows: list[list[int]], n_used: int = 2, repeated: int = 0, comparable: int = 0
) -> ExpertUse:
    flat = [count for row in rows for count in row]
    counts = b"".join(count.to_bytes(4, "little") for count in flat)
    layers = tuple(range(3, 3 + len(rows)))
    return ExpertUse(layers, len(rows[0]), n_used, 100, counts, repeated, comparable)


def random_use(seed: int, layers: int, experts: int, used: int) -> ExpertUse:
    random = Random(seed)
    counts = [
        [random.choice((0, 0, 1, 3, random.randrange(5000))) for _ in range(experts)]
        for _ in range(layers)
    ]
    return use(counts, used)


def test_counts_are_rows_of_little_endian_words() -> None:
    assert [list(row) for row in counts_of(use([[1, 2], [300, 70_000]]))] == [
        [1, 2],
        [300, 70_000],
    ]


def test_a_row_that_is_cut_off_is_left_out() -> None:
    whole = use([[1, 2], [3, 4]])
    cut = ExpertUse(whole.layers, 2, 1, 10, whole.counts[:13])
    assert [list(row) for row in counts_of(cut)] == [[1, 2]]


@pytest.mark.parametrize(
    ("found", "shares"),
    [
        (
            use([[8, 0, 1, 1], [0, 0, 10, 0]], n_used=1, repeated=3, comparable=12),
            ExpertShares(
                busiest=Top(1, 0.9, 0.25),
                tops=(Top(1, 0.9, 0.25), Top(1, 0.9, 0.25), Top(2, 0.95, 0.5)),
                never=4,
                cells=8,
                overlap=0.25,
            ),
        ),
        (
            use([[5, 5, 5, 5]], n_used=2),
            ExpertShares(
                busiest=Top(2, 0.5, 0.5),
                tops=(Top(1, 0.25, 0.25), Top(1, 0.25, 0.25), Top(2, 0.5, 0.5)),
                never=0,
                cells=4,
                overlap=None,
            ),
        ),
    ],
)
def test_shares(found: ExpertUse, shares: ExpertShares) -> None:
    assert expert_shares(found) == shares


def test_nothing_picked_has_no_shares() -> None:
    assert expert_shares(use([[0, 0], [0, 0]])) is None
    assert expert_shares(ExpertUse((), 0, 0, 0, b"")) is None


@pytest.mark.parametrize("seed", range(5))
def test_shares_equal_a_plain_recomputation(seed: int) -> None:
    found = random_use(seed, layers=9, experts=64, used=6)
    rows = counts_of(found)
    picks = sum(map(sum, rows))
    shares = expert_shares(found)
    assert shares is not None
    for top, count in zip((shares.busiest, *shares.tops), (6, 7, 16, 32), strict=True):
        loudest = sum(sum(sorted(row)[-count:]) for row in rows)
        assert (top.count, top.share, top.even) == (count, loudest / picks, count / 64)
    assert shares.never == sum(1 for row in rows for count in row if count == 0)


@pytest.mark.parametrize(
    ("experts", "used", "end"), [(128, 8, 0.05), (8, 2, 0.5), (64, 8, 0.1), (4, 4, 0.25), (0, 0, 1)]
)
def test_the_scale_ends_where_an_expert_stands_out(experts: int, used: int, end: float) -> None:
    assert top_share(experts, used) == pytest.approx(end)


@pytest.mark.parametrize("order", ["use", "number"])
@pytest.mark.parametrize("seed", range(4))
def test_levels_equal_the_scale_of_the_design(seed: int, order: Order) -> None:
    found = random_use(seed, layers=5, experts=40, used=3)
    drawn = heat(found, order)
    assert (drawn.rows, drawn.columns, len(drawn.levels)) == (5, 40, 200)
    for index, row in enumerate(counts_of(found)):
        counts = sorted(row, reverse=True) if order == "use" else list(row)
        wanted = [
            min(LEVELS - 1, int((count / sum(row) / drawn.top_share) ** 0.5 * LEVELS))
            for count in counts
        ]
        assert list(drawn.levels[index * 40 : index * 40 + 40]) == wanted


@pytest.mark.parametrize("order", ["use", "number"])
def test_a_layer_without_picks_stays_at_the_bottom(order: Order) -> None:
    assert heat(use([[0, 0, 0], [0, 9, 0]]), order).levels[:3] == bytes(3)


def test_counts_survive_any_alignment() -> None:
    words = array("I", [7, 9])
    assert words.itemsize == 4
    shifted = memoryview(b"\0" + words.tobytes())[1:].tobytes()
    assert list(counts_of(ExpertUse((0,), 2, 1, 1, shifted))[0]) == [7, 9]
