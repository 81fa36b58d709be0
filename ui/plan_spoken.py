"""The Plan page's charts as tables in words, for screen readers."""

from __future__ import annotations

from itertools import groupby

from app import number_text
from runtime.language import marked, tr
from runtime.placement.residence import HOST
from ui.plan_layers import ROWS, Cell, LayerMap
from ui.plan_words import in_a_row, in_sentences

# The rows' names within a sentence.
_NAMES = {
    "attention_dense": marked("attention & dense"),
    "kv_cache": marked("KV cache"),
    "shared_experts": marked("shared experts"),
    "routed_experts": marked("routed experts"),
}


def spoken_map(found: LayerMap, gpu_names: tuple[str, ...]) -> str:
    """Layers that are alike together: "Layers 0 to 22: attention & dense GPU, ..."."""
    device = {
        layer: stretch.device
        for stretch in found.stretches
        for layer in range(stretch.first, stretch.last + 1)
    }

    def parts(layer: int) -> tuple[int, tuple[Cell | None, ...]]:
        return device[layer], tuple(found.rows[row][layer] for row, _ in ROWS)

    sentences = []
    for (home, cells), group in groupby(range(found.n_layers), parts):
        layers = list(group)
        gpu = "RAM" if home == HOST else gpu_names[home]
        named = [
            f"{tr(_NAMES[row])} {_place(cell, gpu)}"
            for (row, _), cell in zip(ROWS, cells, strict=True)
            if cell is not None
        ]
        sentences.append(_sentence(layers, ", ".join(named)))
    return in_sentences(sentences)


def _sentence(layers: list[int], parts: str) -> str:
    if len(layers) == 1:
        return tr("Layer {layer}: {parts}.", layer=layers[0], parts=parts)
    first, last = layers[0], layers[-1]
    return tr("Layers {first} to {last}: {parts}.", first=first, last=last, parts=parts)


def _place(cell: Cell, gpu: str) -> str:
    shares = (
        (cell.gpu, tr("on {gpu}", gpu=gpu)),
        (cell.ram, tr("in RAM")),
        (cell.disk, tr("from disk")),
    )
    there = [(share, text) for share, text in shares if share > 0]
    if len(there) == 1:
        return there[0][1]
    return in_a_row([f"{number_text.percent(share)} {text}" for share, text in there])
