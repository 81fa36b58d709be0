"""One measured figure, what it must reach, and how it is written down."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Figure:
    """`value` beside its `limit`; `at_least` says on which side of the limit it must be."""

    name: str
    value: float
    limit: float
    sense: Literal["at least", "at most"]
    unit: str = ""
    detail: str = ""

    @property
    def reached(self) -> bool:
        return self.value >= self.limit if self.sense == "at least" else self.value <= self.limit

    def row(self) -> str:
        """A line of the table."""
        sign = (
            "\N{GREATER-THAN OR EQUAL TO}"
            if self.sense == "at least"
            else "\N{LESS-THAN OR EQUAL TO}"
        )
        verdict = "yes" if self.reached else "**no**"
        limit, value = (f"{text:g}{self.unit}" for text in (self.limit, rounded(self.value)))
        return f"| {self.name} | {sign} {limit} | {value} | {verdict} | {self.detail} |"


def rounded(value: float) -> float:
    """Three significant digits, or all of a larger whole number."""
    return float(f"{value:.3g}") if abs(value) < 1000 else float(round(value))


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def listed(values: Sequence[float]) -> str:
    """Single measurements, in the order they were taken."""
    return ", ".join(f"{rounded(value):g}" for value in values)
