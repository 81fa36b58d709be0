"""What a header says the model is: experts, parameters, quantisation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from runtime.errors import CoterieError
from runtime.gguf.model_shape import ModelShape, model_shape
from runtime.gguf.reader import read_header
from runtime.gguf.values import ValueType
from tests.gguf import crafted
from tests.models.tiny_architectures import N_EMBD, N_FF_EXPERT


def shape_of(*pairs: bytes, tensors: tuple[bytes, ...] = crafted.MODEL_TENSORS) -> ModelShape:
    data = crafted.gguf((*crafted.MODEL_PAIRS, *pairs), tensors, data_bytes=1 << 16)
    return model_shape(read_header(crafted.BytesRanges(data)))


def test_a_tiny_model(tiny_model: Callable[[str], Path]) -> None:
    shape = model_shape(read_header(tiny_model("qwen3moe")))
    assert (shape.architecture, shape.name, shape.licence) == (
        "qwen3moe",
        "Tiny qwen3moe",
        "cc0-1.0",
    )
    assert (shape.expert_count, shape.expert_used_count, shape.n_layer) == (8, 2, 3)
    assert (shape.n_embd, shape.n_ctx_train) == (N_EMBD, 2048)
    assert shape.has_chat_template
    assert shape.quantisation == "Q4_0"
    idle_experts = 3 * (8 - 2) * 3 * N_EMBD * N_FF_EXPERT
    assert shape.parameters_total - shape.parameters_active == idle_experts


@pytest.mark.parametrize(
    ("name", "expert_layers", "parameters_per_expert"),
    [
        ("deepseek2", 2, 3 * N_EMBD * N_FF_EXPERT),
        ("deepseek2-fused", 2, 3 * N_EMBD * N_FF_EXPERT),
        ("gpt-oss", 3, 3 * N_EMBD * N_FF_EXPERT + 2 * N_FF_EXPERT + N_EMBD),
        ("glm4moe-mtp", 3, 3 * N_EMBD * N_FF_EXPERT),
    ],
)
def test_only_routed_experts_are_idle(
    name: str, expert_layers: int, parameters_per_expert: int, tiny_model: Callable[[str], Path]
) -> None:
    shape = model_shape(read_header(tiny_model(name)))
    idle = shape.parameters_total - shape.parameters_active
    assert idle == expert_layers * 6 * parameters_per_expert


def test_a_dense_model_uses_all_of_itself(tiny_model: Callable[[str], Path]) -> None:
    shape = model_shape(read_header(tiny_model("llama-dense")))
    assert (shape.expert_count, shape.expert_used_count) == (0, 0)
    assert shape.parameters_active == shape.parameters_total > 0


def test_an_mtp_block_is_told_apart(tiny_model: Callable[[str], Path]) -> None:
    shape = model_shape(read_header(tiny_model("glm4moe-mtp")))
    assert (shape.n_layer, shape.n_layer_nextn, shape.expert_shared_count) == (4, 1, 1)


def test_experts_as_single_tensors() -> None:
    names = [f"blk.0.ffn_{part}.{expert}.weight" for expert in range(4) for part in ("gate", "up")]
    tensors = [crafted.tensor(name, (8,), offset=32 * at) for at, name in enumerate(names)]
    counts = (
        crafted.number_pair("llama.expert_count", 4),
        crafted.number_pair("llama.expert_used_count", 1),
    )
    shape = shape_of(*counts, tensors=tuple(tensors))
    assert (shape.parameters_total, shape.parameters_active) == (64, 16)


def test_a_number_of_used_experts_for_each_layer() -> None:
    tensors = (
        crafted.tensor("blk.0.ffn_up_exps.weight", (8, 4)),
        crafted.tensor("blk.1.ffn_up_exps.weight", (8, 4), offset=128),
    )
    pairs = [pair for pair in crafted.MODEL_PAIRS if b"block_count" not in pair]
    pairs += [
        crafted.number_pair("llama.block_count", 2),
        crafted.number_pair("llama.expert_count", 4),
        crafted.array_pair("llama.expert_used_count", ValueType.UINT32, 2, b"\1\0\0\0\3\0\0\0"),
    ]
    data = crafted.gguf(pairs, tensors, data_bytes=256)
    shape = model_shape(read_header(crafted.BytesRanges(data)))
    assert (shape.expert_used_count, shape.parameters_active) == (3, 8 + 24)


@pytest.mark.parametrize(("number", "name"), [(15, "Q4_K_M"), (38, "MXFP4"), (30, "IQ4_XS")])
def test_the_quantisation_by_file_type(number: int, name: str) -> None:
    assert shape_of(crafted.number_pair("general.file_type", number)).quantisation == name


def test_the_quantisation_by_bytes_when_the_file_type_is_not_known() -> None:
    tensors = (
        crafted.tensor("a", (32, 100), kind=8),
        crafted.tensor("b", (8,), offset=3424),
    )
    shape = shape_of(crafted.number_pair("general.file_type", 1024), tensors=tensors)
    assert shape.quantisation == "Q8_0"


def test_the_starters_note_is_kept() -> None:
    note = "A 135M model, for trying things out"
    assert shape_of(crafted.text_pair("coterie.note", note)).note == note


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("general.type", "mmproj", "projector"),
        ("general.type", "adapter", "adapter"),
        ("general.type", "imatrix", "importance matrix"),
    ],
)
def test_files_that_go_with_a_model(key: str, value: str, words: str) -> None:
    with pytest.raises(CoterieError, match=words):
        shape_of(crafted.text_pair(key, value))


def test_a_projector_by_its_architecture() -> None:
    pairs = (crafted.text_pair("general.architecture", "clip"),)
    with pytest.raises(CoterieError, match="projector"):
        model_shape(read_header(crafted.BytesRanges(crafted.gguf(pairs))))
