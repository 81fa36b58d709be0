"""The context sizes a person can choose: doublings, and the most the model was trained for."""

from __future__ import annotations

from dataclasses import dataclass
from math import log2

FIRST_CONTEXT, LEAST_CONTEXT = 4096, 512


@dataclass(frozen=True)
class Contexts:
    """`sizes` from small to large; `named` are those that the axis names."""

    sizes: tuple[int, ...]
    named: tuple[int, ...]

    def places(self) -> tuple[float, ...]:
        """Where each size stands between 0 and 1: every doubling takes the same room."""
        low, high = log2(self.sizes[0]), log2(self.sizes[-1])
        if high == low:
            return (0.0,) * len(self.sizes)
        return tuple((log2(size) - low) / (high - low) for size in self.sizes)

    def below(self, n_ctx: int) -> int | None:
        """The next smaller one, None when `n_ctx` is the smallest."""
        return max((size for size in self.sizes if size < n_ctx), default=None)


def contexts(n_ctx_train: int, chosen: int) -> Contexts:
    """From 4k up to what the model was trained for; smaller ones where that is little.

    What is `chosen` is among them, whatever it is.
    """
    most = n_ctx_train or chosen
    size = FIRST_CONTEXT if most > FIRST_CONTEXT else LEAST_CONTEXT
    named = []
    while size < most:
        named.append(size)
        size *= 2
    named.append(most)
    return Contexts(tuple(sorted({*named, chosen})), tuple(named))
