"""Which messages of a branched conversation are shown: pure decisions."""

from __future__ import annotations

import pytest

from app.store.branches import (
    Link,
    hidden_beside,
    neighbour,
    path_to,
    place,
    shown_path,
    stepped,
)


@pytest.mark.parametrize(
    ("chosen", "path"),
    [
        ((), ()),
        (((1, None), (2, 1), (3, 2)), (1, 2, 3)),
        (((4, None), (9, 4), (5, 3), (6, 5)), (4, 9)),
        (((2, 1),), ()),
    ],
)
def test_the_path_goes_from_a_first_message_to_a_leaf(
    chosen: tuple[Link, ...], path: tuple[int, ...]
) -> None:
    assert shown_path(chosen) == path


@pytest.mark.parametrize(
    ("message", "beside", "expected"),
    [(5, (), (1, 1)), (5, (7,), (1, 2)), (5, (2, 3), (3, 3)), (5, (2, 9), (2, 3))],
)
def test_a_place_among_siblings_counts_from_one(
    message: int, beside: tuple[int, ...], expected: tuple[int, int]
) -> None:
    assert place(message, beside) == expected


@pytest.mark.parametrize(("step", "expected"), [(1, 5), (-1, 2), (-2, 2), (9, 7), (0, 3)])
def test_steps_stay_at_the_ends(step: int, expected: int) -> None:
    assert stepped(3, (2, 3, 5, 7), step) == expected


@pytest.mark.parametrize(
    ("siblings", "expected"), [((), None), ((2,), 2), ((9, 7), 7), ((1, 3, 8), 3)]
)
def test_the_one_before_takes_the_place(siblings: tuple[int, ...], expected: int | None) -> None:
    assert neighbour(5, siblings) == expected


def test_hidden_messages_are_sorted_by_their_parent() -> None:
    assert hidden_beside([(2, None), (5, 1), (6, 1)]) == {None: [2], 1: [5, 6]}
    assert path_to(6, {1: None, 2: 1, 6: 2, 7: 6}) == (6, 2, 1)
