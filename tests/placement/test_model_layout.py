"""A header taken apart into layers: bytes by class, what is not loaded, which are alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.true_shapes.specs import SPECS
from runtime.gguf.split_files import read_model
from runtime.placement.model_layout import INPUT_BLOCK, ModelLayout, model_layout
from tests.placement.test_overrides import mix_of

Layouts = Callable[[str, str], ModelLayout]
EVERY_NAME = pytest.mark.parametrize("name", list(SPECS))


@EVERY_NAME
def test_layers_are_those_that_run(name: str, true_layout: Layouts) -> None:
    spec, layout = SPECS[name], true_layout(name, mix_of(name))
    assert len(layout.layers) == spec.n_layer
    assert layout.n_layer == spec.n_block
    first = spec.n_layer_dense if spec.n_expert else spec.n_layer
    assert layout.expert_layers == tuple(range(first, spec.n_layer))
    assert layout.has_dense_ffn == (first > 0)
    assert bool(layout.mtp_bytes) == bool(spec.n_layer_nextn)
    assert layout.is_latent == (spec.mla is not None)
    assert (layout.n_vocab, layout.n_head) == (spec.n_vocab, spec.n_head)
    assert layout.active_fraction == (
        pytest.approx(spec.n_expert_used / spec.n_expert) if spec.n_expert else 0
    )


@EVERY_NAME
def test_classes_add_up_to_the_file(name: str, true_layout: Layouts) -> None:
    layout = true_layout(name, mix_of(name))
    parts = sum(layer.weights.total for layer in layout.layers) + layout.output.total
    assert parts + layout.input_bytes == sum(t.bytes for t in layout.tensors)
    elements = sum(layer.resident_elements + layer.routed_elements for layer in layout.layers)
    rest = sum(t.elements for t in layout.tensors if t.block in (INPUT_BLOCK, layout.n_layer))
    assert elements + rest == sum(t.elements for t in layout.tensors)
    assert all(layer.weights.attention for layer in layout.layers)


@EVERY_NAME
def test_layers_of_one_kind_are_alike(name: str, true_layout: Layouts) -> None:
    layout = true_layout(name, mix_of(name))
    assert len(layout.kinds) == len(layout.layers)
    assert 1 <= len(set(layout.kinds)) <= 8
    for layer, kind in zip(layout.layers, layout.kinds, strict=True):
        assert kind <= layer.index
        assert replace(layout.layers[kind], index=layer.index) == layer


@pytest.mark.parametrize(
    ("name", "shared", "dense"),
    [
        ("deepseek-v3", True, 3),
        ("glm-4.5-air", True, 1),
        ("qwen3.6-35b-a3b", True, 0),
        ("qwen3-30b-a3b", False, 0),
        ("llama-3.1-70b", False, 80),
    ],
)
def test_shared_experts_and_dense_layers(
    name: str, shared: bool, dense: int, true_layout: Layouts
) -> None:
    layers = true_layout(name, "Q4_K_M").layers
    assert any(layer.weights.shared_experts for layer in layers) == shared
    assert sum(layer.weights.dense > 0 for layer in layers) == dense


def test_an_untied_and_a_tied_output(
    starter_model: Path, true_layout: Layouts, tiny_model: Callable[[str], Path]
) -> None:
    starter = model_layout(read_model(starter_model))
    assert starter.tied_output
    assert starter.output_bytes > starter.output.total
    tiny = model_layout(read_model(tiny_model("olmoe")))
    assert not tiny.tied_output
    assert tiny.output_bytes == tiny.output.total
