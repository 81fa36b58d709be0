"""Which messages of a branched conversation are shown, and which of its siblings each one is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

# A message's id and its parent's, None for a first message. A parent's id is always the smaller.
Link = tuple[int, int | None]


def shown_path(chosen: Iterable[Link]) -> tuple[int, ...]:
    """From a first message down to a leaf. `chosen` has the chosen message of each fork, by id."""
    below = {parent: message for message, parent in chosen}
    path = []
    at = below.get(None)
    while at is not None:
        path.append(at)
        at = below.get(at)
    return tuple(path)


def hidden_beside(hidden: Iterable[Link]) -> dict[int | None, list[int]]:
    """The messages not chosen, by their parent."""
    beside: dict[int | None, list[int]] = {}
    for message, parent in hidden:
        beside.setdefault(parent, []).append(message)
    return beside


def place(message: int, beside: Iterable[int]) -> tuple[int, int]:
    """Which of how many siblings, from 1, by id."""
    others = tuple(beside)
    return 1 + sum(other < message for other in others), 1 + len(others)


def path_to(message: int, parents: Mapping[int, int | None]) -> tuple[int, ...]:
    """The message and all it stands below, itself first."""
    path = []
    at: int | None = message
    while at is not None:
        path.append(at)
        at = parents.get(at)
    return tuple(path)


def stepped(message: int, siblings: tuple[int, ...], step: int) -> int:
    """The sibling `step` places on; the first and the last are the ends."""
    at = siblings.index(message) + step
    return siblings[min(max(at, 0), len(siblings) - 1)]


def neighbour(message: int, siblings: Iterable[int]) -> int | None:
    """Who is shown when `message` goes: the one before it, else the one after it."""
    others = sorted(siblings)
    before = [other for other in others if other < message]
    return before[-1] if before else next(iter(others), None)
