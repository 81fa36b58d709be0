"""Where the experts of each layer are, as the rows of the heat map stand."""

from __future__ import annotations

from itertools import groupby

from runtime.language import tr
from runtime.placement.model_layout import ModelLayout
from runtime.placement.residence import HOST, Residence


def expert_places(layout: ModelLayout, where: Residence) -> tuple[tuple[int, int, str], ...]:
    """(first row, last row, place); nothing where all are in one place, which says nothing."""
    rows = [_place(layout, where, index) for index in layout.expert_layers]
    found: list[tuple[int, int, str]] = []
    row = 0
    for place, same in groupby(rows):
        count = len(list(same))
        found.append((row, row + count - 1, place))
        row += count
    return tuple(found) if len(found) > 1 else ()


def _place(layout: ModelLayout, where: Residence, index: int) -> str:
    away, routed = where.away[index], layout.layers[index].routed_bytes
    if where.gpus[index] == HOST or away == routed:
        return tr("in RAM")
    return tr("in both") if away else tr("on the GPU")
