"""Which messages of a long chat have views: a span that moves with what is looked at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# Views made before the first picture: enough to fill it, each costs up to 40 ms there.
_LEAST_VIEWS, FIRST_VIEWS = 3, 6
_FIRST_CHARACTERS = 2_000
MOST_VIEWS = 48
_BEFORE_FOUND, _AFTER_FOUND = 2, 4


@dataclass(frozen=True)
class Span:
    """Messages `first` up to, not with, `end` of `count`."""

    first: int
    end: int
    count: int

    @property
    def has_end(self) -> bool:
        return self.end == self.count

    def after_change(self, count: int) -> Span:
        """The chat has `count` messages now; a span that had its end has it still."""
        end = count if self.has_end else min(self.end, count)
        first = min(self.first, end)
        return Span(max(first, end - MOST_VIEWS) if self.has_end else first, end, count)

    def earlier(self) -> Span:
        return Span(max(0, self.first - 1), self.end, self.count)

    def later(self) -> Span:
        return Span(self.first, min(self.count, self.end + 1), self.count)

    @property
    def is_large(self) -> bool:
        return self.end - self.first > MOST_VIEWS


def at_end(count: int, lengths: Iterable[int] = ()) -> Span:
    """The newest messages. `lengths` are their characters, the newest first."""
    views = characters = 0
    for length in lengths:
        if views == FIRST_VIEWS or (views >= _LEAST_VIEWS and characters >= _FIRST_CHARACTERS):
            break
        views, characters = views + 1, characters + length
    return Span(max(0, count - (views or _LEAST_VIEWS)), count, count)


def around(index: int, count: int) -> Span:
    """A message that was looked for, with a few on either side."""
    return Span(max(0, index - _BEFORE_FOUND), min(count, index + 1 + _AFTER_FOUND), count)
