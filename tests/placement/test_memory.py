"""Where the bytes are: every tensor once, KV where its layer runs, the host's own held how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from runtime.gguf.split_files import read_model
from runtime.placement.hardware import Hardware
from runtime.placement.memory import (
    RAM,
    ComputeBuffers,
    HostWeights,
    device_uses,
    host_weights,
)
from runtime.placement.model_layout import ModelLayout, WeightBytes, model_layout, summed
from runtime.placement.residence import residence
from runtime.protocol.placement import Placement
from tests.placement.machines import PLAIN_GPU, machine

Layouts = Callable[[str, str], ModelLayout]
ONE = machine("RTX 3060")
TWO = machine("RTX 3060", "RTX 4090")
PLAIN = machine(PLAIN_GPU)


def uses(layout: ModelLayout, placement: Placement, hardware: Hardware):
    compute = ComputeBuffers(tuple(range(100, 100 + len(hardware.gpus))), 7)
    where = residence(layout, placement)
    return device_uses(layout, placement, where, hardware, compute)


@pytest.mark.parametrize(
    "placement",
    [
        Placement(n_ctx=4096),
        Placement(10, n_ctx=4096),
        Placement(48, tuple(range(1, 46)), n_ctx=4096),
        Placement(48, (1, 2), 3, ("ffn_down",), (20, 28), n_ctx=4096),
    ],
)
def test_every_tensor_counts_once(placement: Placement, true_layout: Layouts) -> None:
    layout = true_layout("glm-4.5-air", "Q4_K_M")
    hardware = TWO if placement.layers_by_gpu else ONE
    found = uses(layout, placement, hardware)
    total = summed(device.weights for device in found)
    assert total.total == sum(tensor.bytes for tensor in layout.tensors)
    assert total.routed_experts == sum(layer.routed_bytes for layer in layout.layers)
    assert sum(device.kv_bytes for device in found) == 46 * 4096 * 4096
    assert [device.name for device in found] == [*(gpu.name for gpu in hardware.gpus), RAM]
    assert [device.compute_bytes for device in found] == [*range(100, 99 + len(found)), 7]


def test_further_tokens_are_not_loaded(true_layout: Layouts) -> None:
    layout = true_layout("glm-4.5-air", "Q4_K_M")
    loaded = sum(tensor.bytes for tensor in layout.tensors)
    assert layout.mtp_bytes > 500 << 20
    header_bytes = layout.file_bytes - layout.mtp_bytes - loaded
    assert 0 <= header_bytes < 1 << 20
    assert not any(tensor.name.startswith("blk.46.") for tensor in layout.tensors)


def test_everything_on_the_gpu_but_the_embeddings(true_layout: Layouts) -> None:
    layout = true_layout("qwen3-30b-a3b", "Q4_K_M")
    gpu, host = uses(layout, Placement(49, n_ctx=4096), ONE)
    embeddings = next(t.bytes for t in layout.tensors if t.name == "token_embd.weight")
    assert host.weights == WeightBytes(other=embeddings)
    assert host.kv_bytes == 0
    assert gpu.kv_bytes == 4096 * 98_304
    assert gpu.used_bytes == gpu.weights.total + gpu.kv_bytes + 100
    assert gpu.left_bytes == ONE.gpus[0].free_bytes - gpu.used_bytes


def test_kv_stays_with_its_layer_whose_experts_left(true_layout: Layouts) -> None:
    layout = true_layout("qwen3-30b-a3b", "Q4_K_M")
    gpu, host = uses(layout, Placement(49, layout.expert_layers, n_ctx=4096), ONE)
    assert (gpu.weights.routed_experts, host.kv_bytes) == (0, 0)
    assert host.weights.routed_experts == sum(layer.routed_bytes for layer in layout.layers)
    assert gpu.weights.attention > 0
    half_gpu, half_host = uses(layout, Placement(25, n_ctx=4096), ONE)
    assert half_gpu.kv_bytes == half_host.kv_bytes == 24 * 2048 * 4096


def test_a_tied_output_is_copied_to_the_gpu(starter_model: Path) -> None:
    layout = model_layout(read_model(starter_model))
    assert layout.tied_output
    gpu, host = uses(layout, Placement(1, n_ctx=512), ONE)
    embeddings = next(t.bytes for t in layout.tensors if t.name == "token_embd.weight")
    assert gpu.weights.other >= embeddings
    assert host.weights.total == sum(t.bytes for t in layout.tensors) - (
        gpu.weights.total - embeddings
    )
    (alone,) = uses(layout, Placement(n_ctx=512), Hardware((), ONE.host))
    assert alone.weights.total == sum(t.bytes for t in layout.tensors)


@pytest.mark.parametrize(
    ("hardware", "placement", "kind"),
    [
        (ONE, Placement(17, tuple(range(16)), load_mode="none"), "pinned_bytes"),
        (ONE, Placement(17, tuple(range(16)), load_mode="none", no_host=True), "private_bytes"),
        (ONE, Placement(17, tuple(range(16)), load_mode="direct"), "pinned_bytes"),
        (ONE, Placement(17, tuple(range(16))), "mapped_bytes"),
        (PLAIN, Placement(17, tuple(range(16)), use_extra_bufts=False), "mapped_bytes"),
        (PLAIN, Placement(17, tuple(range(16)), load_mode="none"), "private_bytes"),
    ],
)
def test_how_the_host_holds_them(
    hardware: Hardware, placement: Placement, kind: str, true_layout: Layouts
) -> None:
    layout = true_layout("olmoe-1b-7b", "Q4_K_M")
    held = host_weights(layout, placement, hardware)
    size = uses(layout, placement, hardware)[-1].weights.total
    assert getattr(held, kind) == size
    assert held.mapped_bytes + held.pinned_bytes + held.private_bytes == size
    assert bool(held.span_bytes) == bool(held.mapped_bytes)


def test_repacked_weights_are_private_beside_mapped_ones(true_layout: Layouts) -> None:
    layout = true_layout("olmoe-1b-7b", "Q4_K_M")
    held = host_weights(layout, Placement(), Hardware((), ONE.host))
    repacked = [t for t in layout.tensors if t.type_name == "Q4_K" and t.kind != "embedding"]
    assert held.private_bytes == sum(t.bytes for t in repacked) > 1 << 30
    assert held.mapped_bytes == sum(t.bytes for t in layout.tensors) - held.private_bytes
    plain = host_weights(layout, Placement(use_extra_bufts=False), Hardware((), ONE.host))
    assert (plain.private_bytes, plain.logged_bytes) == (0, plain.span_bytes)


def test_the_span_of_each_file_counts(true_layout: Layouts) -> None:
    """As the engine logs mapped memory: from the first tensor to the last, holes included."""
    layout = true_layout("olmoe-1b-7b", "Q4_K_M")
    placement = Placement(17, (0, 15), use_extra_bufts=False)
    one_file = host_weights(layout, placement, ONE).span_bytes
    ends = [t for t in layout.tensors if "_exps" in t.name and t.block in (0, 15)]
    embeddings = next(t for t in layout.tensors if t.name == "token_embd.weight")
    last = max(ends, key=lambda t: t.offset)
    first = min((*ends, embeddings), key=lambda t: t.offset)
    assert one_file == last.offset + last.bytes - first.offset
    parts = tuple(replace(t, part=1 if t.block == 15 else 0) for t in layout.tensors)
    two_files = host_weights(replace(layout, tensors=parts), placement, ONE).span_bytes
    assert two_files < one_file / 2


def test_nothing_is_held_of_nothing() -> None:
    assert HostWeights().logged_bytes == 0
