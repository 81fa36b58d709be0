"""What has changed between two lists of rows: as little as a view must be told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ui.chat_groups import ListRow, RowKey


@dataclass(frozen=True)
class Change:
    """From row `first` on, `removed` rows give way to `inserted` new ones.

    `moved` is instead of these: one row went from its first to its second place.
    """

    first: int
    removed: int = 0
    inserted: int = 0
    moved: tuple[int, int] | None = None


def change(old: Sequence[RowKey], new: Sequence[RowKey]) -> Change:
    """How the rows of `old` become those of `new`."""
    shorter = min(len(old), len(new))
    first = 0
    while first < shorter and old[first] == new[first]:
        first += 1
    tail = 0
    while tail < shorter - first and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    before, after = old[first : len(old) - tail], new[first : len(new) - tail]
    if len(before) == len(after) > 1:
        last = first + len(before) - 1
        if before[0] == after[-1] and before[1:] == after[:-1]:
            return Change(first, moved=(first, last))
        if before[-1] == after[0] and before[:-1] == after[1:]:
            return Change(first, moved=(last, first))
    return Change(first, len(before), len(after))


def redrawn(old: Sequence[ListRow], new: Sequence[ListRow]) -> Iterator[tuple[int, int]]:
    """First and last of each run of rows that look otherwise, for lists of one length."""
    first: int | None = None
    for number, (before, after) in enumerate(zip(old, new, strict=True)):
        if before == after:
            if first is not None:
                yield first, number - 1
            first = None
        elif first is None:
            first = number
    if first is not None:
        yield first, len(new) - 1
