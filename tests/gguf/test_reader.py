"""The header reader agrees with the gguf package, reads little, and reads it fast."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import gguf
import numpy as np
import pytest

from runtime.gguf.reader import read_header
from runtime.gguf.values import SkippedArray, ValueType
from tests.gguf import crafted
from tests.models.tiny import MAX_BYTES, TINY_NAMES


@pytest.mark.parametrize("name", TINY_NAMES)
def test_agrees_with_the_gguf_package(name: str, tiny_model: Callable[[str], Path]) -> None:
    path = tiny_model(name)
    oracle = gguf.GGUFReader(path)
    header = read_header(path)

    expected = {
        key: field.contents() for key, field in oracle.fields.items() if not key.startswith("GGUF.")
    }
    found = {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in header.metadata.items()
    }
    assert found == expected
    assert [
        (tensor.name, tensor.shape, tensor.type.name, tensor.bytes, tensor.elements)
        for tensor in header.tensors
    ] == [
        (
            tensor.name,
            tuple(int(length) for length in tensor.shape),
            tensor.tensor_type.name,
            tensor.n_bytes,
            tensor.n_elements,
        )
        for tensor in oracle.tensors
    ]
    assert [header.data_offset + tensor.offset for tensor in header.tensors] == [
        tensor.data_offset for tensor in oracle.tensors
    ]
    assert header.data_offset == oracle.data_offset
    assert header.file_bytes == path.stat().st_size <= MAX_BYTES


def test_every_type_of_value(tmp_path: Path) -> None:
    path = tmp_path / "values.gguf"
    writer = gguf.GGUFWriter(path, arch="llama")
    values = {
        "uint8": 200, "int8": -100, "uint16": 60_000, "int16": -30_000, "uint32": 4_000_000_000,
        "int32": -2_000_000_000, "uint64": 1 << 63, "int64": -(1 << 62), "float32": 0.5,
        "float64": 1e300, "bool": True, "string": "naïve ✓",
    }  # fmt: skip
    for kind, value in values.items():
        getattr(writer, f"add_{kind}")(f"own.{kind}", value)
    writer.add_array("own.layers", [1, 2, 3])
    writer.add_array("own.languages", ["en", "de"])
    writer.add_tensor("token_embd.weight", np.zeros((4, 8), dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()

    metadata = read_header(path).metadata
    assert {kind: metadata[f"own.{kind}"] for kind in values} == values
    assert metadata["own.layers"] == (1, 2, 3)
    assert metadata["own.languages"] == ("en", "de")


@pytest.mark.parametrize("chunk_bytes", [1, 7, 64, 1 << 20])
def test_the_size_of_chunks_changes_nothing(chunk_bytes: int) -> None:
    tokens = [f"token {number}" for number in range(2000)]
    data = crafted.gguf((*crafted.MODEL_PAIRS, crafted.texts_pair("tokens", tokens)))
    header = read_header(crafted.BytesRanges(data), chunk_bytes)
    assert header.metadata["tokens"] == SkippedArray(ValueType.STRING, 2000)
    assert header == read_header(crafted.BytesRanges(data))


def test_long_lists_of_numbers_are_not_even_read() -> None:
    scores = crafted.array_pair("scores", ValueType.FLOAT32, 1_000_000, bytes(4_000_000))
    ranges = crafted.BytesRanges(crafted.gguf((*crafted.MODEL_PAIRS, scores)))
    header = read_header(ranges, chunk_bytes=65_536)
    assert header.metadata["scores"] == SkippedArray(ValueType.FLOAT32, 1_000_000)
    assert sum(ranges.reads) < 200_000


def test_a_large_vocabulary_is_read_in_well_under_a_second(tmp_path: Path) -> None:
    tokens = [f"token{number}" for number in range(152_000)]
    pairs = (
        crafted.texts_pair("tokenizer.ggml.tokens", tokens),
        crafted.texts_pair("tokenizer.ggml.merges", tokens),
        crafted.array_pair("tokenizer.ggml.scores", ValueType.FLOAT32, 152_000, bytes(608_000)),
    )
    path = tmp_path / "large.gguf"
    path.write_bytes(crafted.gguf((*crafted.MODEL_PAIRS, *pairs)))
    started = time.process_time()
    header = read_header(path)
    elapsed_s = time.process_time() - started
    assert header.metadata["tokenizer.ggml.merges"] == SkippedArray(ValueType.STRING, 152_000)
    assert elapsed_s < 0.6


def test_version_2_is_read() -> None:
    assert read_header(crafted.BytesRanges(crafted.gguf(version=2))).version == 2


def test_an_alignment_of_its_own() -> None:
    pairs = (*crafted.MODEL_PAIRS, crafted.number_pair("general.alignment", 8))
    tensors = (crafted.tensor("a", (3,)), crafted.tensor("b", (3,), offset=16))
    header = read_header(crafted.BytesRanges(crafted.gguf(pairs, tensors)))
    assert header.data_offset % 8 == 0
    assert [tensor.offset for tensor in header.tensors] == [0, 16]
