"""Which rows of a list are shown, in which order, and how many each filter alone hides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from app.discover.catalog import Catalog
from app.discover.state import FilterName, Filters, RepoRow

# A model quantised to two bits takes about so many bytes for each parameter.
SMALLEST_BYTES_PER_PARAMETER = 0.3
FILTER_NAMES: tuple[FilterName, ...] = ("moe_only", "fits", "licence", "size")
_OFF: dict[FilterName, dict[str, object]] = {
    "moe_only": {"moe_only": False},
    "fits": {"fits": False},
    "licence": {"licence": ""},
    "size": {"largest_bytes": 0},
}


def without(filters: Filters, name: FilterName) -> Filters:
    """`filters` with that one turned off."""
    return replace(filters, **_OFF[name])  # type: ignore[arg-type]


def listed(
    rows: Sequence[RepoRow], filters: Filters, memory_bytes: int, catalog: Catalog
) -> tuple[RepoRow, ...]:
    """The rows that pass all filters, in the order asked for."""
    kept = [row for row in rows if passes(row, filters, memory_bytes)]
    return tuple(sorted(kept, key=_order(filters, memory_bytes, catalog)))


def hidden(
    rows: Sequence[RepoRow], filters: Filters, memory_bytes: int
) -> tuple[tuple[FilterName, int], ...]:
    """How many more rows would be shown without each filter that is on; those that hide some."""
    shown = sum(passes(row, filters, memory_bytes) for row in rows)
    counts = [
        (name, sum(passes(row, without(filters, name), memory_bytes) for row in rows) - shown)
        for name in FILTER_NAMES
    ]
    return tuple((name, count) for name, count in counts if count > 0)


def licences(rows: Sequence[RepoRow]) -> tuple[str, ...]:
    """Every licence among `rows`, by name."""
    return tuple(sorted({row.summary.licence for row in rows if row.summary.licence}))


def passes(row: RepoRow, filters: Filters, memory_bytes: int) -> bool:
    """Whether `row` is shown."""
    if filters.moe_only and row.summary.is_moe is False:
        return False
    if filters.licence and row.summary.licence != filters.licence:
        return False
    if filters.largest_bytes and smallest_bytes(row) > filters.largest_bytes:
        return False
    return not filters.fits or fits(row, memory_bytes)


def fits(row: RepoRow, memory_bytes: int) -> bool:
    """Whether some quantisation of it may run from memory here; what is unknown may."""
    predicted = [quant.prediction for quant in row.quants if quant.prediction is not None]
    if any(prediction.fit == "memory" for prediction in predicted):
        return True
    if row.quants and len(predicted) == len(row.quants):
        return False
    return not memory_bytes or smallest_bytes(row) <= memory_bytes


def smallest_bytes(row: RepoRow) -> int:
    """The size of its smallest quantisation, an estimate until its files are known."""
    if row.quants:
        return min(quant.model.size_bytes for quant in row.quants)
    total = row.shape.parameters_total if row.shape else row.summary.parameters_total
    return round(total * SMALLEST_BYTES_PER_PARAMETER)


def _order(
    filters: Filters, memory_bytes: int, catalog: Catalog
) -> Callable[[RepoRow], tuple[float, ...]]:
    def best(row: RepoRow) -> tuple[float, ...]:
        rank = catalog.rank(row.repo)
        return (not fits(row, memory_bytes), -rank, -row.summary.downloads)

    def downloads(row: RepoRow) -> tuple[float, ...]:
        return (-row.summary.downloads,)

    def updated(row: RepoRow) -> tuple[float, ...]:
        return (-row.summary.updated_at_s,)

    def size(row: RepoRow) -> tuple[float, ...]:
        return (smallest_bytes(row),)

    return {"best": best, "downloads": downloads, "updated": updated, "size": size}[filters.sort]
