"""What an answer saved against a named cloud price, with the arithmetic that says so."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LedgerLine:
    """One line of the sum: `label`, how it was computed in words, and dollars (may be negative)."""

    label: str
    arithmetic: str
    usd: float


@dataclass(frozen=True)
class Savings:
    """Cloud cost minus electricity. `saved_usd` may be negative and is shown as what it is."""

    reference_id: str
    reference_name: str
    currency: str
    cloud_cost_usd: float
    local_cost_usd: float
    saved_usd: float
    lines: tuple[LedgerLine, ...]
    assumptions: tuple[str, ...]
