"""Bytes of the KV cache of real models: published numbers, or the sum done by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from runtime.placement.kv_layout import KvLayer, padded
from runtime.placement.model_layout import ModelLayout
from runtime.protocol.placement import Placement

MIB = 1 << 20
Layouts = Callable[[str, str], ModelLayout]


def kv_bytes(layout: ModelLayout, placement: Placement) -> int:
    return sum(layer.kv.bytes(placement) for layer in layout.layers)


@pytest.mark.parametrize(
    ("name", "each_token"),
    [
        # Layers, keys and values, heads, length of a head, bytes.
        ("llama-3.1-70b", 80 * 2 * 8 * 128 * 2),
        ("mixtral-8x7b", 32 * 2 * 8 * 128 * 2),
        ("qwen3-30b-a3b", 48 * 2 * 4 * 128 * 2),
        ("qwen3-235b-a22b", 94 * 2 * 4 * 128 * 2),
        ("olmoe-1b-7b", 16 * 2 * 16 * 128 * 2),
        # The 47th block predicts further tokens and keeps nothing.
        ("glm-4.5-air", 46 * 2 * 8 * 128 * 2),
        # One latent row of 512 and 64: DeepSeek's own figure is 70.272 kB a token.
        ("deepseek-v3", 70_272),
        ("glm-4.7-flash", 47 * 576 * 2),
        # Every fourth of 40 layers, and not the MTP block.
        ("qwen3.6-35b-a3b", 10 * 2 * 2 * 256 * 2),
    ],
)
def test_bytes_of_a_token(name: str, each_token: int, true_layout: Layouts) -> None:
    layout = true_layout(name, "Q4_K_M")
    small, large = (kv_bytes(layout, Placement(n_ctx=n_ctx)) for n_ctx in (4096, 32768))
    assert large - small == each_token * (32768 - 4096)


@pytest.mark.parametrize(
    ("name", "n_ctx", "mib"),
    [
        # As llama.cpp logs them for the real files.
        ("mixtral-8x7b", 32768, 4096),
        ("qwen3-30b-a3b", 40960, 3840),
        ("llama-3.1-70b", 8192, 2560),
    ],
)
def test_a_whole_context(name: str, n_ctx: int, mib: int, true_layout: Layouts) -> None:
    assert kv_bytes(true_layout(name, "Q4_K_M"), Placement(n_ctx=n_ctx)) == mib * MIB


@pytest.mark.parametrize(
    ("n_ubatch", "swa_full", "mib"),
    [
        # 12 layers keep 8,192 tokens (192 MiB), 12 the window of 128 and a ubatch, padded to 256s.
        (512, False, 192 + 768 * 12 * 2048 / MIB),
        (2048, False, 192 + 2304 * 12 * 2048 / MIB),
        (64, False, 192 + 256 * 12 * 2048 / MIB),
        (512, True, 384),
    ],
)
def test_a_sliding_window(n_ubatch: int, swa_full: bool, mib: float, true_layout: Layouts) -> None:
    placement = Placement(n_ctx=8192, n_ubatch=n_ubatch, swa_full=swa_full)
    assert kv_bytes(true_layout("gpt-oss-20b", "MXFP4"), placement) == mib * MIB


def test_which_layers_look_back_a_window(true_layout: Layouts) -> None:
    windows = [layer.kv.window for layer in true_layout("gpt-oss-120b", "MXFP4").layers]
    assert windows == [128, 0] * 18


def test_a_window_is_never_more_than_the_context(true_layout: Layouts) -> None:
    layout = true_layout("gpt-oss-20b", "MXFP4")
    small = Placement(n_ctx=256, n_ubatch=4096)
    assert kv_bytes(layout, small) == kv_bytes(layout, Placement(n_ctx=256, swa_full=True))


def test_a_recurrent_state_does_not_grow(true_layout: Layouts) -> None:
    """As F32: three columns of the convolution's 8,192 rows, and 128 times 4,096 of the state."""
    layers = [layer.kv for layer in true_layout("qwen3.6-35b-a3b", "Q4_K_M").layers]
    recurrent = [layer for layer in layers if layer.state_bytes]
    assert len(recurrent) == 30
    assert {layer.state_bytes for layer in recurrent} == {(3 * 8192 + 128 * 4096) * 4}
    assert {layer.bytes(Placement(n_ctx=n)) for layer in recurrent for n in (256, 262_144)} == {
        recurrent[0].state_bytes
    }
    assert [index for index, layer in enumerate(layers) if not layer.state_bytes] == list(
        range(3, 40, 4)
    )


@pytest.mark.parametrize(
    ("kv_type", "row_bytes"),
    [("f16", 61 * 576 * 2), ("q8_0", 61 * 18 * 34), ("q4_0", 61 * 18 * 18)],
)
def test_a_quantised_cache(kv_type: str, row_bytes: int, true_layout: Layouts) -> None:
    layers = true_layout("deepseek-v3", "Q4_K_M").layers
    assert sum(layer.kv.row_bytes(kv_type) for layer in layers) == row_bytes
    placement = Placement(n_ctx=1024, kv_type=kv_type)
    assert kv_bytes(true_layout("deepseek-v3", "Q4_K_M"), placement) == 1024 * row_bytes


@pytest.mark.parametrize(
    ("n_ctx", "cells"), [(1, 256), (256, 256), (257, 512), (700, 768), (8192, 8192)]
)
def test_cells_come_in_256s(n_ctx: int, cells: int) -> None:
    assert padded(n_ctx) == cells
    assert KvLayer(64, 64).cells(Placement(n_ctx=n_ctx)) == cells


@pytest.mark.parametrize(
    ("layer", "n_past", "read"),
    [
        (KvLayer(64, 64), 1000, 1000 * 256),
        (KvLayer(64, 64, window=128), 1000, 128 * 256),
        (KvLayer(64, 64, window=128), 100, 100 * 256),
        (KvLayer(state_bytes=4000), 100_000, 8000),  # read and written
        (KvLayer(), 100, 0),
    ],
)
def test_what_a_token_reads(layer: KvLayer, n_past: int, read: int) -> None:
    assert layer.read_bytes(n_past, "f16") == read
