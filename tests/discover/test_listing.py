"""Filters, what each hides, and the order of a list."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.discover.listing import hidden, licences, listed, smallest_bytes
from app.discover.state import FilterName, Filters, RepoRow
from tests.discover.offers import CATALOG, GIB, quant, row

ALL = Filters(moe_only=False, fits=False)
MEMORY = 20 * GIB
SMALL = row("org/Small-GGUF", quant("Q4_K_M", 4), downloads=5, updated_at_s=30)
MIDDLE = row("org/Middle-GGUF", quant("Q4_K_M", 17), quant("Q8_0", 30), downloads=9, licence="mit")
HUGE = row("org/Huge-GGUF", quant("Q2_K", 200), updated_at_s=40)
DENSE = row("any/Dense-GGUF", quant("Q4_K_M", 5), is_moe=False, downloads=99)
UNKNOWN = row("any/Unknown-GGUF", is_moe=None)
ROWS = (SMALL, MIDDLE, HUGE, DENSE, UNKNOWN)


def names(rows: tuple[RepoRow, ...]) -> str:
    return " ".join(one.name.removesuffix("-GGUF") for one in rows)


@pytest.mark.parametrize(
    ("filters", "shown"),
    [
        (ALL, {"Small", "Middle", "Huge", "Dense", "Unknown"}),
        (Filters(), {"Small", "Middle", "Unknown"}),
        (Filters(fits=False), {"Small", "Middle", "Huge", "Unknown"}),
        (replace(ALL, licence="mit"), {"Middle"}),
        (replace(ALL, largest_bytes=10 * GIB), {"Small", "Dense", "Unknown"}),
    ],
)
def test_filters(filters: Filters, shown: set[str]) -> None:
    assert set(names(listed(ROWS, filters, MEMORY, CATALOG)).split()) == shown


@pytest.mark.parametrize(
    ("filters", "counts"),
    [
        (ALL, ()),
        (Filters(), (("moe_only", 1), ("fits", 1))),
        (Filters(licence="mit"), (("licence", 2),)),
        (Filters(fits=False, largest_bytes=GIB), (("size", 3),)),
    ],
)
def test_hidden(filters: Filters, counts: tuple[tuple[FilterName, int], ...]) -> None:
    assert hidden(ROWS, filters, MEMORY) == counts


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("best", "Middle Small Dense Unknown Huge"),  # what fits, the ablest first
        ("downloads", "Dense Middle Small Huge Unknown"),
        ("updated", "Huge Small Middle Dense Unknown"),
        ("size", "Unknown Small Dense Middle Huge"),
    ],
)
def test_order(sort: str, order: str) -> None:
    assert names(listed(ROWS, replace(ALL, sort=sort), MEMORY, CATALOG)) == order


def test_before_the_machine_is_known_everything_may_fit() -> None:
    assert "Huge" in names(listed(ROWS, Filters(), 0, CATALOG))


@pytest.mark.parametrize(
    ("quants", "fits"),
    [
        ((quant("Q4_K_M", 4, 2, "disk"),), False),  # predicted, whatever its size
        ((quant("Q4_K_M", 4, 2, "disk"), quant("Q2_K", 3)), True),  # one is not known yet
        ((quant("Q4_K_M", 90, 9, "memory"),), True),
        ((quant("Q4_K_M", 4, 0.1, "no"),), False),
    ],
)
def test_a_prediction_goes_before_the_size(quants: tuple[object, ...], fits: bool) -> None:
    rows = (row("any/Model-GGUF", *quants),)
    assert bool(listed(rows, Filters(), MEMORY, CATALOG)) == fits


def test_a_size_is_estimated_until_the_files_are_known() -> None:
    assert smallest_bytes(row("any/Model-GGUF", parameters_total=10_000_000_000)) == 3_000_000_000
    assert smallest_bytes(MIDDLE) == 17 * GIB


def test_licences_by_name() -> None:
    assert licences((*ROWS, row("a/b", licence=""))) == ("apache-2.0", "mit")
