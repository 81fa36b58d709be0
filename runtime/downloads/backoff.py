"""How long to wait before the next try."""

from __future__ import annotations

FIRST_S = 1.0
MOST_S = 60.0


def wait_s(failures: int, chance: float) -> float:
    """Seconds before the next try after `failures` in a row; `chance` in 0 … 1 spreads the tries.

    Doubles from 1 s to 60 s; up to a fifth of it is taken off by chance, never under 1 s.
    """
    longest = min(MOST_S, FIRST_S * 2.0 ** min(max(failures, 1) - 1, 16))
    return max(FIRST_S, longest * (1.0 - 0.2 * chance))
