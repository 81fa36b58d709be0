"""The Plan page's charts as tables in words, for screen readers."""

from __future__ import annotations

from itertools import groupby

from app import number_text
from runtime.placement.residence import HOST
from ui.plan_layers import ROWS, Cell, LayerMap


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
            f"{label.lower() if label != 'KV cache' else label} {_place(cell, gpu)}"
            for (_, label), cell in zip(ROWS, cells, strict=True)
            if cell is not None
        ]
        sentences.append(f"{_layers(layers)}: {', '.join(named)}.")
    return " ".join(sentences)


def _layers(layers: list[int]) -> str:
    if len(layers) == 1:
        return f"Layer {layers[0]}"
    return f"Layers {layers[0]} to {layers[-1]}"


def _place(cell: Cell, gpu: str) -> str:
    shares = ((cell.gpu, f"on {gpu}"), (cell.ram, "in RAM"), (cell.disk, "from disk"))
    there = [(share, text) for share, text in shares if share > 0]
    if len(there) == 1:
        return there[0][1]
    return " and ".join(f"{number_text.percent(share)} {text}" for share, text in there)
