"""Which quantisation to suggest, and which model to recommend: pure, from sizes and predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.discover.catalog import Catalog
from app.discover.listing import smallest_bytes
from app.discover.state import QuantRow, Recommendation, RepoRow
from runtime.language import tr

# Above 5.2 bits a weight (Q4_K_M has 4.85, MXFP4 4.25) nobody sees the difference, but all wait.
ENOUGH_BITS_PER_WEIGHT = 5.2
# 250 words a minute, as most people read, are under 6 tokens a second.
COMFORTABLE_TOKENS_PER_S = 8.0
_KV_AND_COMPUTE_SHARE = 1.06
_OLD_TYPES = frozenset({"Q4_0", "Q4_1", "Q5_0", "Q5_1"})


def bits_per_weight(quant: QuantRow, parameters_total: int) -> float:
    """File bits for each parameter; 0.0 where the parameters are not known."""
    return quant.model.size_bytes * 8 / parameters_total if parameters_total else 0.0


def with_suggestion(
    quants: Sequence[QuantRow], parameters_total: int, memory_bytes: int
) -> tuple[QuantRow, ...]:
    """`quants` with at most one of them suggested.

    The best one that memory holds and that is no larger than it need be; where none fits, the
    smallest. Those that were not predicted yet are judged by their size.
    """
    chosen = _chosen(quants, parameters_total, memory_bytes)
    return tuple(replace(quant, suggested=quant is chosen) for quant in quants)


def _chosen(
    quants: Sequence[QuantRow], parameters_total: int, memory_bytes: int
) -> QuantRow | None:
    usable = [quant for quant in quants if quant.phase != "failed"]
    fitting = [quant for quant in usable if fits_memory(quant, memory_bytes)]
    if not fitting:
        return min(usable, key=_size, default=None)
    modest = [
        quant
        for quant in fitting
        if bits_per_weight(quant, parameters_total) <= ENOUGH_BITS_PER_WEIGHT
    ]
    return max(modest, key=_worth) if modest else min(fitting, key=_size)


def fits_memory(quant: QuantRow, memory_bytes: int) -> bool:
    """Whether GPUs and RAM hold all of it: as predicted, else by its size."""
    if quant.prediction is not None:
        return quant.prediction.fit == "memory"
    return quant.model.size_bytes * _KV_AND_COMPUTE_SHARE <= memory_bytes


def _worth(quant: QuantRow) -> float:
    """Its size, that of the oldest types a little less: a K type of that size answers better."""
    return quant.model.size_bytes * (0.93 if quant.model.quantisation in _OLD_TYPES else 1.0)


def _size(quant: QuantRow) -> int:
    return quant.model.size_bytes


def recommended(
    rows: Sequence[RepoRow], catalog: Catalog, memory_bytes: int
) -> Recommendation | None:
    """The ablest family of the list that answers faster than one reads; else the fastest.

    None while an abler one that may fit is still to be read, and where none fits.
    """
    candidates = [
        (row, quant)
        for row in rows
        if (quant := row.suggested) is not None
        and quant.prediction is not None
        and quant.prediction.fit == "memory"
        and (family := catalog.family(row.repo)) is not None
        and not family.purpose
    ]
    quick = [pair for pair in candidates if _decode(pair[1]) >= COMFORTABLE_TOKENS_PER_S]
    waiting = [catalog.rank(row.repo) for row in rows if _is_waited_for(row, catalog, memory_bytes)]
    if quick:
        row, quant = max(quick, key=lambda pair: catalog.rank(pair[0].repo))
        if max(waiting, default=-1) > catalog.rank(row.repo):
            return None
        return Recommendation(row.repo, row.name, quant, _why(row, quant, is_quick=True))
    if waiting or not candidates:
        return None
    row, quant = max(candidates, key=lambda pair: _decode(pair[1]))
    return Recommendation(row.repo, row.name, quant, _why(row, quant, is_quick=False))


def _is_waited_for(row: RepoRow, catalog: Catalog, memory_bytes: int) -> bool:
    """Whether `row` may yet turn out to be the one."""
    family = catalog.family(row.repo)
    if family is None or family.purpose or row.phase == "failed":
        return False
    quant = row.suggested
    if quant is None:
        return not row.quants and smallest_bytes(row) <= memory_bytes
    return quant.phase in ("unread", "reading") and fits_memory(quant, memory_bytes)


def _decode(quant: QuantRow) -> float:
    return quant.prediction.decode_low if quant.prediction else 0.0


def _why(row: RepoRow, quant: QuantRow, *, is_quick: bool) -> str:
    assert quant.prediction is not None
    reason = (
        tr("{reason} It should answer faster than most people read.", reason=row.why)
        if is_quick
        else tr("{reason} It is the fastest of our list here.", reason=row.why)
    )
    if quant.prediction.calibrated:
        return tr("{reason} Predicted from runs on this machine.", reason=reason)
    return reason
