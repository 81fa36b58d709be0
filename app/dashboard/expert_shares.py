"""How unevenly a router picks its experts: pure sums over what was counted, without NumPy."""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left
from dataclasses import dataclass
from math import ceil
from typing import Literal

from runtime.protocol.messages import ExpertUse

Order = Literal["use", "number"]
TOP_SHARES = (0.10, 0.25, 0.50)
# A heat map's colours: the design's scale in as many steps.
LEVELS = 24
# Of 128 experts the design's scale ends at 5 % of picks, 6.4 times what an even router would give.
_OVER_EVEN = 6.4
_WORD = "I"


@dataclass(frozen=True)
class Top:
    """The busiest `count` experts of each layer: their share of all picks, and what an even router
    would give them.
    """

    count: int
    share: float
    even: float


@dataclass(frozen=True)
class ExpertShares:
    """`busiest` are as many as one token uses, `tops` those of `TOP_SHARES`. `overlap` is how many
    picks fell on an expert the token before had picked; None before there were two tokens.
    """

    busiest: Top
    tops: tuple[Top, ...]
    never: int
    cells: int
    overlap: float | None


@dataclass(frozen=True)
class Heat:
    """A level below `LEVELS` for each expert, a row a layer; level = sqrt(share / `top_share`)."""

    rows: int
    columns: int
    levels: bytes
    top_share: float


def counts_of(use: ExpertUse) -> list[array[int]]:
    """A row of counts for each layer. Rows that are not there in full are left out."""
    numbers: array[int] = array(_WORD)
    whole = len(use.counts) - len(use.counts) % numbers.itemsize
    numbers.frombytes(use.counts[:whole])
    if sys.byteorder == "big":
        numbers.byteswap()
    width = use.n_experts
    if width <= 0:
        return []
    rows = min(len(use.layers), len(numbers) // width)
    return [numbers[row * width : (row + 1) * width] for row in range(rows)]


def expert_shares(use: ExpertUse) -> ExpertShares | None:
    """None before anything was picked."""
    rows = counts_of(use)
    picks = sum(sum(row) for row in rows)
    if not picks:
        return None
    ordered = [sorted(row, reverse=True) for row in rows]
    n = use.n_experts

    def top(count: int) -> Top:
        count = min(n, max(1, count))
        return Top(count, sum(sum(row[:count]) for row in ordered) / picks, count / n)

    return ExpertShares(
        busiest=top(use.n_used),
        tops=tuple(top(ceil(share * n - 1e-9)) for share in TOP_SHARES),
        never=sum(row.count(0) for row in rows),
        cells=len(rows) * n,
        overlap=use.repeated / use.comparable if use.comparable > 0 else None,
    )


def top_share(n_experts: int, n_used: int) -> float:
    """Where the colours end. No expert can have more than one pick in `n_used`."""
    return min(1 / max(1, n_used), _OVER_EVEN / max(1, n_experts))


def heat(use: ExpertUse, order: Order) -> Heat:
    rows = counts_of(use)
    end = top_share(use.n_experts, use.n_used)
    drawn = (_by_use(row, end) if order == "use" else _by_number(row, end) for row in rows)
    return Heat(len(rows), use.n_experts, b"".join(drawn), end)


def _level(share: float, end: float) -> int:
    return min(LEVELS - 1, int((share / end) ** 0.5 * LEVELS))


def _by_number(row: array[int], end: float) -> bytes:
    total = sum(row)
    if not total:
        return bytes(len(row))
    levels = {count: _level(count / total, end) for count in set(row)}
    return bytes(map(levels.__getitem__, row))


def _by_use(row: array[int], end: float) -> bytes:
    """Busiest first: the counts are in order, so each level is one stretch."""
    total = sum(row)
    if not total:
        return bytes(len(row))
    ordered = sorted(row)
    stretches, upto = [], len(ordered)
    for level in range(LEVELS - 1, -1, -1):
        least = (level / LEVELS) ** 2 * end * total
        start = bisect_left(ordered, least - 1e-9) if level else 0
        stretches.append(bytes((level,)) * (upto - start))
        upto = start
    return b"".join(stretches)
