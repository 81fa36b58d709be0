"""A sibling's header read without its long lists is the header that a full reading gives."""

from __future__ import annotations

import random
import struct
from collections.abc import Sequence

import pytest

from runtime.errors import CoterieError
from runtime.gguf.header import GgufHeader
from runtime.gguf.reader import read_header, read_mapped
from runtime.gguf.values import ValueType
from runtime.hub.remote_layout import KnownHeader, known_header, sibling_header
from runtime.placement.model_layout import model_layout
from tests.gguf import crafted
from tests.gguf.mutations import mutations

N_TOKENS = 30_000
TOKENS = [f"token {index}" for index in range(N_TOKENS)]
F32, Q8_0 = 0, 8
SHAPES = {f"blk.{layer}.ffn_up.weight": (64, 32) for layer in range(6)}
SIZES = {F32: 64 * 32 * 4, Q8_0: 64 // 32 * 34 * 32}


def header_bytes(
    kind: int = F32,
    *,
    tokens: Sequence[str] = TOKENS,
    before: tuple[bytes, ...] = (),
    between: tuple[bytes, ...] = (),
    behind: tuple[bytes, ...] = (),
) -> bytes:
    """A model's file with the tensors in `kind`; the rest of it is zeros."""
    scores = crafted.array_pair(
        "tokenizer.ggml.token_type", ValueType.INT32, len(tokens), bytes(4 * len(tokens))
    )
    pairs = (
        *crafted.MODEL_PAIRS,
        crafted.number_pair("llama.attention.head_count", 2),
        *before,
        crafted.texts_pair("tokenizer.ggml.tokens", tokens),
        *between,
        scores,
        crafted.text_pair("tokenizer.chat_template", "{{ x }}" * 300),
        crafted.number_pair("general.file_type", 7 if kind == Q8_0 else 0),
        *behind,
    )
    tensors = [
        crafted.tensor(name, shape, kind, offset=SIZES[kind] * place)
        for place, (name, shape) in enumerate(SHAPES.items())
    ]
    return crafted.gguf(pairs, tensors, data_bytes=SIZES[kind] * len(SHAPES))


FIRST = header_bytes(F32)
IMATRIX = crafted.text_pair("quantize.imatrix.file", "imatrix.dat" * 20)


@pytest.fixture(scope="module")
def known() -> KnownHeader:
    found = known_header(read_mapped(crafted.BytesRanges(FIRST)))
    assert found is not None
    return found


def in_full(data: bytes) -> GgufHeader | None:
    try:
        return read_header(crafted.BytesRanges(data))
    except CoterieError:
        return None


SIBLINGS = {
    "the same": FIRST,
    "other types": header_bytes(Q8_0),
    "more before the lists": header_bytes(
        Q8_0, before=(crafted.text_pair("general.name", "x" * 90),)
    ),
    "more behind the lists": header_bytes(Q8_0, behind=(IMATRIX,)),
}


@pytest.mark.parametrize("data", SIBLINGS.values(), ids=SIBLINGS)
def test_a_sibling_costs_little_and_is_equal(data: bytes, known: KnownHeader) -> None:
    ranges = crafted.BytesRanges(data)
    header = sibling_header(ranges, known)
    assert header == in_full(data)
    assert header is not None
    assert model_layout(header) == model_layout(read_header(crafted.BytesRanges(data)))
    assert sum(ranges.reads) < 80_000 < len(data)


def test_types_and_file_type_are_the_siblings_own(known: KnownHeader) -> None:
    header = sibling_header(crafted.BytesRanges(header_bytes(Q8_0)), known)
    assert header is not None
    assert {tensor.type.name for tensor in header.tensors} == {"Q8_0"}
    assert header.metadata["general.file_type"] == 7


def test_another_number_of_tokens_is_read_in_full(known: KnownHeader) -> None:
    data = header_bytes(Q8_0, tokens=TOKENS[:-1])
    ranges = crafted.BytesRanges(data)
    assert sibling_header(ranges, known) == in_full(data)
    assert sum(ranges.reads) > 500_000


OUT_OF_STEP = {
    "longer tokens": header_bytes(Q8_0, tokens=[f"{token}!" for token in TOKENS]),
    "one byte more": header_bytes(Q8_0, tokens=[*TOKENS[:-1], TOKENS[-1] + "!"]),
    "a value between": header_bytes(Q8_0, between=(crafted.number_pair("x", 1),)),
    "a file cut short": header_bytes(Q8_0)[:-40],
    "a file with more behind": header_bytes(Q8_0) + bytes(4096),
    "no GGUF": b"<!DOCTYPE html>" + bytes(900_000),
    "nothing": b"",
}


@pytest.mark.parametrize("data", OUT_OF_STEP.values(), ids=OUT_OF_STEP)
def test_what_is_out_of_step_is_noticed(data: bytes, known: KnownHeader) -> None:
    assert sibling_header(crafted.BytesRanges(data), known) is None


def test_lists_that_are_apart_are_not_stepped_over() -> None:
    data = header_bytes(between=(crafted.number_pair("between", 1),))
    assert known_header(read_mapped(crafted.BytesRanges(data))) is None


def test_lists_that_are_not_the_tokenizers_are_not_stepped_over() -> None:
    pairs = (*crafted.MODEL_PAIRS, crafted.texts_pair("other.list", TOKENS[:2000]))
    data = crafted.gguf(pairs)
    assert known_header(read_mapped(crafted.BytesRanges(data))) is None


@pytest.mark.parametrize("seed", range(4))
def test_changed_windows_never_give_a_wrong_header(seed: int, known: KnownHeader) -> None:
    """150 changes in what is fetched of a sibling, each by itself: all that is not the lists."""
    data = header_bytes(Q8_0, behind=(IMATRIX,))
    begin = known.lists.begin + 8 + len("tokenizer.ggml.tokens") + 16
    after = begin + known.lists.size_bytes - 16
    end = len(data) - SIZES[Q8_0] * len(SHAPES)
    head, lists, tail = data[:begin], data[begin:after], data[after:end]
    choose = random.Random(seed)
    outcomes = set()
    for changed in mutations(head + tail, 150, seed, within=len(head + tail)):
        cut = len(head) if choose.random() < 0.5 else min(len(head), len(changed))
        whole = changed[:cut] + lists + changed[cut:] + data[end:]
        found = sibling_header(crafted.BytesRanges(whole), known)
        if found is not None:
            assert found == in_full(whole)
        outcomes.add(found is None)
    assert outcomes == {True, False}


def test_the_number_of_values_counts_the_lists(known: KnownHeader) -> None:
    data = bytearray(header_bytes(Q8_0))
    pairs = struct.unpack_from("<Q", data, 16)[0]
    struct.pack_into("<Q", data, 16, pairs - 4)  # Ends inside the lists.
    assert sibling_header(crafted.BytesRanges(bytes(data)), known) is None
