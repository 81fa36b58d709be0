"""Where a history of speeds stands on its axis, and which runs fell outside their band: pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil, floor, log10

from app.dashboard.state import SpeedPoint

_MOST_TICKS, _LEAST_SPREAD, _PAD_SHARE = 5, 0.1, 0.08
_HAIR = 1e-9


@dataclass(frozen=True)
class Axis:
    low: float
    high: float
    ticks: tuple[float, ...]

    def share(self, value: float) -> float:
        """0 at the lower end, 1 at the upper."""
        return (value - self.low) / (self.high - self.low)


@dataclass(frozen=True)
class Band:
    """Runs `first` to `last` were predicted alike."""

    first: int
    last: int
    low: float
    high: float


def is_outside(point: SpeedPoint) -> bool:
    """It was predicted, and came out slower or faster than the whole range."""
    if point.predicted is None:
        return False
    low, high = point.predicted
    return not low <= point.tokens_per_s <= high


def bands(points: Sequence[SpeedPoint]) -> tuple[Band, ...]:
    found = []
    for predicted, group in groupby(enumerate(points), key=lambda pair: pair[1].predicted):
        indexes = [index for index, _ in group]
        if predicted is not None:
            found.append(Band(indexes[0], indexes[-1], *predicted))
    return tuple(found)


def speed_axis(points: Sequence[SpeedPoint]) -> Axis:
    """All dots and bands with a little room, and a few round figures between."""
    values = [point.tokens_per_s for point in points]
    values += [edge for point in points for edge in point.predicted or ()]
    if not values:
        return Axis(0.0, 1.0, ())
    low, high = min(values), max(values)
    span = max(high - low, _LEAST_SPREAD * high, 1e-6)
    middle = (low + high) / 2
    low, high = middle - span / 2, middle + span / 2
    low, high = max(0.0, low - _PAD_SHARE * span), high + _PAD_SHARE * span
    return Axis(low, high, _ticks(low, high))


def _ticks(low: float, high: float) -> tuple[float, ...]:
    """Multiples of the smallest of 1, 2 and 5 times a power of ten that gives few enough."""
    power = 10.0 ** floor(log10((high - low) / _MOST_TICKS))
    for digit in (1, 2, 5, 10):
        step = power * digit
        first, last = ceil(low / step - _HAIR), floor(high / step + _HAIR)
        if last - first < _MOST_TICKS:
            break
    return tuple(step * tick for tick in range(first, last + 1))
