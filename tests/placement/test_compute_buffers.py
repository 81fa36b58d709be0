"""Estimated scratch memory against the engine's own dry runs of models of true shape."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.dry_run import DryRuns
from benchmarks.true_shapes.specs import SPECS
from benchmarks.true_shapes.writer import write_header
from runtime.gguf.split_files import read_model
from runtime.placement.compute_buffers import estimated_buffers
from runtime.placement.hardware import Hardware
from runtime.placement.model_layout import ModelLayout, model_layout
from runtime.placement.residence import residence
from runtime.protocol.placement import Placement
from tests.placement.machines import PLAIN_GPU, machine

MIB = 1 << 20
N_CTX = 8192
WITHIN = 1.25
OR_WITHIN_BYTES = 256 * MIB


def placements(layout: ModelLayout) -> tuple[Placement, ...]:
    """In RAM, on the GPU, the experts in RAM, half of the layers: with small and large batches."""
    whole, experts = layout.n_layer + 1, layout.expert_layers
    ways = ((0, ()), (whole, ()), (whole, experts), (whole // 2, ()))
    return tuple(
        Placement(count, away, n_ctx=N_CTX, n_batch=n_ubatch, n_ubatch=n_ubatch)
        for n_ubatch in (512, 2048)
        for count, away in ways
    )


@pytest.mark.parametrize("name", ["olmoe-1b-7b", "mixtral-8x7b"])
def test_an_estimate_is_a_little_more_than_the_engine_takes(
    name: str, device_for_dry_runs: str, tmp_path: Path
) -> None:
    path = tmp_path / "model.gguf"
    write_header(SPECS[name], "Q4_K_M", path, with_vocabulary=True)
    layout, hardware = model_layout(read_model(path)), machine(PLAIN_GPU)
    asked = placements(layout)
    results = DryRuns(path, (device_for_dry_runs,)).ask(asked)
    assert len(results) == len(asked)
    for placement, result in zip(asked, results, strict=True):
        real = {memory.is_host: memory.compute_bytes for memory in result.devices}
        guess = estimated_buffers(layout, placement, residence(layout, placement), hardware)
        assert_a_little_more(guess.host, real[True])
        assert_a_little_more(guess.gpus[0], real.get(False, 0))
        assert result.kv_bytes == sum(layer.kv.bytes(placement) for layer in layout.layers)


def assert_a_little_more(guess: int, real: int) -> None:
    assert real <= guess <= max(WITHIN * real, real + OR_WITHIN_BYTES)


TRUE_MODELS = ("deepseek-v3", "qwen3-30b-a3b", "gpt-oss-20b", "llama-3.1-70b")


@pytest.mark.parametrize("name", TRUE_MODELS)
def test_it_grows_with_the_batch_and_stays_away_from_idle_gpus(
    name: str, true_layout: Callable[[str, str], ModelLayout]
) -> None:
    layout = true_layout(name, "Q4_K_M" if "oss" not in name else "MXFP4")
    hardware = Hardware((PLAIN_GPU, PLAIN_GPU), machine().host)

    def buffers(n_ubatch: int, *shares: int) -> tuple[int, ...]:
        placement = Placement(
            sum(shares), layers_by_gpu=shares, n_ctx=N_CTX, n_batch=n_ubatch, n_ubatch=n_ubatch
        )
        guess = estimated_buffers(layout, placement, residence(layout, placement), hardware)
        assert not guess.is_exact
        return (*guess.gpus, guess.host)

    half = layout.n_layer // 2
    assert buffers(512, 0, layout.n_layer + 1)[0] == 0
    assert buffers(512, 0, 0)[:2] == (0, 0)
    small, large = buffers(512, half, layout.n_layer + 1 - half), buffers(4096, half, half)
    assert all(0 < one < other for one, other in zip(small, large, strict=True))
