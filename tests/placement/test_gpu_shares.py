"""Layers over several GPUs: by free memory, and as llama.cpp reads the numbers it is given."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from runtime.placement.gpu_shares import layers_by_gpu
from runtime.placement.hardware import Gpu
from runtime.placement.model_layout import ModelLayout
from runtime.placement.residence import HOST, residence
from runtime.protocol.placement import Placement
from tests.placement.machines import GIB, card

Layouts = Callable[[str, str], ModelLayout]
BASE = Placement(n_ctx=8192)


def cards(*gib: float) -> tuple[Gpu, ...]:
    return tuple(replace(card(size), name=f"CUDA{at}") for at, size in enumerate(gib))


def engines_choice(n_layer: int, n_gpu_layers: int, tensor_split: tuple[float, ...]) -> list[int]:
    """load_tensors of llama-model.cpp (v0.5.0), in its own single precision."""
    splits = np.cumsum(np.array(tensor_split, np.float32), dtype=np.float32)
    splits /= splits[-1]
    start = max(n_layer + 1 - n_gpu_layers, 0)
    count = np.float32(min(n_gpu_layers, n_layer + 1))
    chosen = [HOST] * (n_layer + 1)
    for layer in range(start, n_layer + 1):
        chosen[layer] = bisect_right(splits.tolist(), float(np.float32(layer - start) / count))
    return chosen


@pytest.mark.parametrize("name", ["llama-3.1-70b", "glm-4.5-air", "olmoe-1b-7b"])
@pytest.mark.parametrize("gib", [(80, 80), (24, 12), (8, 24), (12, 12, 12), (48, 24, 8, 6)])
def test_the_engine_understands_the_shares(
    name: str, gib: tuple[float, ...], true_layout: Layouts
) -> None:
    layout, gpus = true_layout(name, "Q4_K_M"), cards(*gib)
    for count in range(1, layout.n_layer + 2):
        shares = layers_by_gpu(layout, gpus, BASE, count)
        assert len(shares) == len(gpus)
        assert sum(shares) == count
        ours = residence(layout, Placement(count, layers_by_gpu=shares)).gpus
        assert list(ours) == engines_choice(layout.n_layer, count, shares)


@pytest.mark.parametrize("gib", [(80, 80), (24, 12), (40, 24, 24)])
def test_none_is_fuller_than_another(gib: tuple[float, ...], true_layout: Layouts) -> None:
    layout, gpus = true_layout("llama-3.1-70b", "Q4_K_M"), cards(*gib)
    shares = layers_by_gpu(layout, gpus, BASE, 81)
    where = residence(layout, Placement(81, layers_by_gpu=shares))
    used = [0] * len(gpus)
    for layer, gpu in zip(layout.layers, where.gpus, strict=False):
        used[gpu] += layer.resident_bytes + layer.kv.bytes(BASE)
    used[where.output] += layout.output_bytes
    parts = [size / gpu.free_bytes for size, gpu in zip(used, gpus, strict=True)]
    largest = max(layer.resident_bytes for layer in layout.layers) + layout.output_bytes
    assert max(parts) - min(parts) < largest / min(gpu.free_bytes for gpu in gpus)


def test_experts_on_the_host_take_no_room(true_layout: Layouts) -> None:
    layout, gpus = true_layout("qwen3-30b-a3b", "Q4_K_M"), cards(12, 12)
    even = layers_by_gpu(layout, gpus, BASE, 49)
    first_half = tuple(range(24))
    moved = layers_by_gpu(layout, gpus, replace_layers(first_half), 49)
    assert abs(even[0] - even[1]) <= 2
    assert moved[0] > even[0] + 10


def replace_layers(layers: tuple[int, ...]) -> Placement:
    return Placement(cpu_expert_layers=layers, n_ctx=8192)


@pytest.mark.parametrize(("gpus", "count"), [(cards(24), 17), ((), 17), (cards(24, 24), 0)])
def test_nothing_to_share(gpus: tuple[Gpu, ...], count: int, true_layout: Layouts) -> None:
    assert layers_by_gpu(true_layout("olmoe-1b-7b", "Q4_K_M"), gpus, BASE, count) == ()


def test_a_full_gpu_gets_no_layer(true_layout: Layouts) -> None:
    """Its desktop may hold all of its memory; all of them may be full."""
    full = replace(card(8), free_bytes=0)
    layout = true_layout("olmoe-1b-7b", "Q4_K_M")
    assert layers_by_gpu(layout, (full, card(24)), BASE, 17) == (0, 17)
    assert sum(layers_by_gpu(layout, (full, full), BASE, 17)) == 17
    assert full.total_bytes == 8 * GIB
