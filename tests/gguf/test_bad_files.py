"""A file that is no model, cut short or contradicting itself is a sentence to act on."""

from __future__ import annotations

import os
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from runtime.errors import CoterieError, Problem
from runtime.gguf.model_shape import model_shape
from runtime.gguf.ranged import MAX_HEADER_BYTES
from runtime.gguf.reader import MAX_METADATA_PAIRS, MAX_TENSORS, read_header
from runtime.gguf.values import ValueType
from tests.gguf import crafted

MEMORY_BYTES = 64 << 20
HUGE = (1 << 63) - 1


def refusal(source: bytes | Path) -> Problem:
    """Why the file is refused, by the reader or as a model."""
    ranges = source if isinstance(source, Path) else crafted.BytesRanges(source)
    with pytest.raises(CoterieError) as caught:
        model_shape(read_header(ranges))
    problem = caught.value.problem
    assert problem.kind == "model_unreadable"
    assert problem.title
    assert problem.message
    assert problem.remedy
    assert problem.message.endswith(".")
    assert "\n" not in problem.one_line()
    return problem


def test_the_crafted_file_is_good_until_it_is_changed() -> None:
    assert model_shape(read_header(crafted.BytesRanges(crafted.gguf()))).n_layer == 1


@pytest.mark.parametrize(
    ("beginning", "words"),
    [
        (b"", "is empty"),
        (b"GG", 'begins with "GG"'),
        (b"hello, I am a text", 'begins with "hello, I"'),
        (bytes(range(16)), r"\x00\x01"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"PK\x03\x04rest", "zip archive"),
        (b"version https://git-lfs.github.com/spec/v1", "Git LFS pointer"),
        (struct.pack("<Q", 60) + b'{"__metadata__"', "safetensors"),
        (b"tjgg\x03\x00\x00\x00", "before GGUF"),
    ],
)
def test_a_file_that_is_not_gguf(beginning: bytes, words: str) -> None:
    problem = refusal(beginning)
    assert problem.title == "This is not a GGUF model"
    assert words in problem.message


@pytest.mark.parametrize(
    ("version", "words"),
    [(1, "version 1"), (4, "version 4"), (3 << 24, "big-endian"), (0, "version 0")],
)
def test_other_versions(version: int, words: str) -> None:
    assert words in refusal(crafted.gguf(version=version)).message


@pytest.mark.parametrize("place", range(20))
def test_cut_at_twenty_places(
    place: int, tiny_model: Callable[[str], Path], tmp_path: Path
) -> None:
    whole = tiny_model("deepseek2").read_bytes()
    data_offset = read_header(tiny_model("deepseek2")).data_offset
    if place < 12:  # in the header, from its first bytes on
        length = 4 + (data_offset - 4) * place // 12
    else:
        length = data_offset + (len(whole) - data_offset) * (place - 12) // 8
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(whole[:length])
    problem = refusal(cut)
    assert problem.title == "The model file is incomplete"
    assert "ends early" in problem.message
    assert problem.remedy == "Download it again."


def test_a_cut_file_says_how_much_is_missing(tmp_path: Path) -> None:
    tensors = (crafted.tensor("token_embd.weight", (1000, 24_500)),)
    path = tmp_path / "cut.gguf"
    path.write_bytes(crafted.gguf(tensors=tensors, data_bytes=0))
    os.truncate(path, 12_300_000)
    assert "12.3 MB of 98.0 MB are here, 85.7 MB are missing" in refusal(path).message


def _with(*pairs: bytes) -> bytes:
    return crafted.gguf((*crafted.MODEL_PAIRS, *pairs))


def _tensors(*tensors: bytes) -> bytes:
    return crafted.gguf(tensors=tensors)


LIES = {
    "huge text": _with(crafted.pair("k", ValueType.STRING, struct.pack("<Q", HUGE))),
    "huge key": _with(struct.pack("<Q", HUGE)),
    "text of all bits": _with(crafted.pair("k", ValueType.STRING, b"\xff" * 8)),
    "huge list of numbers": _with(crafted.array_pair("k", ValueType.UINT8, HUGE)),
    "huge list of wide numbers": _with(crafted.array_pair("k", ValueType.FLOAT64, 1 << 62)),
    "huge list of texts": _with(crafted.array_pair("k", ValueType.STRING, HUGE)),
    "huge text in a list": _with(
        crafted.array_pair("k", ValueType.STRING, 2000, struct.pack("<Q", HUGE) * 2000)
    ),
    "list in a list": _with(
        crafted.array_pair("k", ValueType.ARRAY, 1, struct.pack("<IQ", ValueType.ARRAY, 1) * 500)
    ),
    "unknown type of value": _with(crafted.pair("k", 13, b"")),
    "unknown type in a list": _with(crafted.array_pair("k", 77, 1)),
    "key without a name": _with(crafted.number_pair("", 1)),
    "key twice": _with(crafted.number_pair("llama.block_count", 1)),
    "alignment of 3": _with(crafted.number_pair("general.alignment", 3)),
    "alignment of 0": _with(crafted.number_pair("general.alignment", 0)),
    "alignment is text": _with(crafted.text_pair("general.alignment", "32")),
    "huge number of tensors": crafted.gguf(tensor_count=HUGE),
    "more tensors than are there": crafted.gguf(tensor_count=1000),
    "huge number of values": crafted.gguf(pair_count=HUGE),
    "more values than are there": crafted.gguf(pair_count=5),
    "no tensors": crafted.gguf(tensors=()),
    "no values": crafted.gguf(pairs=()),
    "tensor twice": _tensors(crafted.tensor("a", (8,)), crafted.tensor("a", (8,), offset=32)),
    "tensor without a name": _tensors(crafted.tensor("", (8,))),
    "tensor with a long name": _tensors(crafted.tensor("a" * 64, (8,))),
    "tensor of 5 dimensions": _tensors(crafted.tensor("a", (1, 1, 1, 1, 1))),
    "tensor of unknown type": _tensors(crafted.tensor("a", (8,), kind=99)),
    "tensor of removed type": _tensors(crafted.tensor("a", (256,), kind=4)),
    "tensor of half a block": _tensors(crafted.tensor("a", (48,), kind=8)),
    "tensor too large to count": _tensors(crafted.tensor("a", (1 << 32, 1 << 32))),
    "tensor larger than the file": _tensors(crafted.tensor("a", (1 << 20,))),
    "tensor beyond the file": _tensors(crafted.tensor("a", (8,), offset=1 << 40)),
    "tensors on top of each other": _tensors(crafted.tensor("a", (8,)), crafted.tensor("b", (8,))),
    "part of a split with wrong numbers": _with(
        crafted.number_pair("split.no", 7), crafted.number_pair("split.count", 3)
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_lies_are_refused_before_memory_is_taken(lie: str) -> None:
    tracemalloc.start()
    try:
        problem = refusal(LIES[lie])
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak_bytes < 1 << 20
    assert len(problem.one_line()) < 300


SHAPES = {
    "llama.block_count": (0, 513, 1 << 31, (1 << 32) - 1),
    "llama.embedding_length": (0, 1 << 31),
    "llama.context_length": (0, 1 << 31),
    "llama.expert_count": (1, 1025),
    "llama.expert_used_count": (1,),
    "llama.nextn_predict_layers": (2,),
}


@pytest.mark.parametrize(
    ("key", "value"), [(key, value) for key, values in SHAPES.items() for value in values]
)
def test_sizes_no_model_has(key: str, value: int) -> None:
    pairs = [pair for pair in crafted.MODEL_PAIRS if key.encode() not in pair]
    problem = refusal(crafted.gguf((*pairs, crafted.number_pair(key, value))))
    assert problem.title == "The model file is damaged"


@pytest.mark.parametrize("index", range(4))
def test_a_value_every_model_has_is_missing(index: int) -> None:
    pairs = [pair for at, pair in enumerate(crafted.MODEL_PAIRS) if at != index]
    refusal(crafted.gguf(pairs))


def test_a_number_that_is_a_text() -> None:
    pairs = (*crafted.MODEL_PAIRS, crafted.text_pair("llama.expert_count", "eight"))
    assert "no whole number" in refusal(crafted.gguf(pairs)).message


def test_the_largest_header_allowed_stays_in_memory(tmp_path: Path) -> None:
    lists = [
        crafted.array_pair(f"list {number}", ValueType.UINT64, 1024, os.urandom(8192))
        for number in range(2000)
    ]
    others = [
        crafted.text_pair(f"value {number}", "\N{GRINNING FACE}" + "x" * 150)
        for number in range(MAX_METADATA_PAIRS - len(lists) - len(crafted.MODEL_PAIRS))
    ]
    tensors = [
        crafted.tensor(f"blk.{number}", (8, 1, 1, 1), offset=32 * number)
        for number in range(MAX_TENSORS)
    ]
    path = tmp_path / "fat.gguf"
    path.write_bytes(
        crafted.gguf((*crafted.MODEL_PAIRS, *lists, *others), tensors, data_bytes=32 * MAX_TENSORS)
    )
    tracemalloc.start()
    try:
        header = read_header(path)
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(header.tensors) == MAX_TENSORS
    assert peak_bytes <= MEMORY_BYTES


def test_a_header_that_never_ends_is_left(tmp_path: Path) -> None:
    path = tmp_path / "endless.gguf"
    huge = MAX_HEADER_BYTES * 2
    path.write_bytes(crafted.gguf((crafted.array_pair("k", ValueType.UINT8, huge),), ()))
    os.truncate(path, 4 * huge)
    assert "says that it has" in refusal(path).message


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    assert "There is no file" in refusal(tmp_path / "gone.gguf").message


def test_a_folder_and_a_pipe_are_not_opened(tmp_path: Path) -> None:
    assert "not a regular file" in refusal(tmp_path).message
    pipe = tmp_path / "pipe.gguf"
    os.mkfifo(pipe)
    assert "not a regular file" in refusal(pipe).message


def test_a_file_that_shrinks_while_it_is_read(tmp_path: Path) -> None:
    class Shrinking(crafted.BytesRanges):
        def read(self, offset: int, length: int) -> bytes:
            raise OSError("the connection was lost")

    with pytest.raises(OSError, match="lost"):
        read_header(Shrinking(crafted.gguf()))
