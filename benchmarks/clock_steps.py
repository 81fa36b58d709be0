"""What is done while the clock is moved, and what counts as wrong."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

YEAR_S = 365 * 86_400


@dataclass(frozen=True)
class Step:
    """A message in chat number `chat`; during its answer the clock goes to `then_years`."""

    chat: int
    then_years: int


STEPS = (
    Step(0, 0),
    Step(1, 1),
    Step(0, -1),
    Step(2, -1),
    Step(1, 0),
    Step(2, 1),
    Step(3, -1),
    Step(0, 0),
    Step(3, 1),
    Step(1, 0),
)


def moved(years: int) -> bytes:
    """As `moved_clock.c` reads it."""
    return struct.pack("q", years * YEAR_S)


def misplaced(what: str, found: Sequence[object], right: Sequence[object]) -> list[str]:
    """Each place where `found` is not as it must be."""
    places = range(max(len(found), len(right)))
    return [f"{what}: place {at}" for at in places if found[at : at + 1] != right[at : at + 1]]


def below_zero(name: str, value: object) -> set[str]:
    """The names of all numbers within `value` that are negative."""
    if isinstance(value, dict):
        parts = value.items()
    elif isinstance(value, (list, tuple)):
        parts = dict(enumerate(value)).items()
    else:
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return {name} if is_number and value < 0 else set()
    return {found for key, part in parts for found in below_zero(f"{name}.{key}", part)}
