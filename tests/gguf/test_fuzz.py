"""Random and mutated headers: a header or a CoterieError, quickly, and nothing else."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from runtime.errors import CoterieError
from runtime.gguf.model_shape import model_shape
from runtime.gguf.reader import read_header
from runtime.gguf.values import ValueType
from tests.gguf import crafted
from tests.gguf.mutations import mutations

LONGEST_S = 0.05

SEEDLING = crafted.gguf(
    (
        *crafted.MODEL_PAIRS,
        crafted.number_pair("general.alignment", 32),
        crafted.number_pair("llama.expert_count", 4),
        crafted.number_pair("llama.expert_used_count", 2),
        crafted.texts_pair("tokens", ["a", "bc", "def"]),
        crafted.array_pair("lengths", ValueType.INT16, 3, b"\1\0\2\0\3\0"),
        crafted.pair("yes", ValueType.BOOL, b"\1"),
        crafted.pair("half", ValueType.FLOAT64, b"\0\0\0\0\0\0\xe0\x3f"),
    ),
    (
        crafted.tensor("token_embd.weight", (8, 4)),
        crafted.tensor("blk.0.ffn_up_exps.weight", (32, 2, 4), kind=8, offset=128),
    ),
    data_bytes=128 + 8 * 34,
)


def accepted(data: bytes) -> bool:
    """Whether the file reads as a model; anything but a CoterieError goes through."""
    try:
        model_shape(read_header(crafted.BytesRanges(data)))
    except CoterieError:
        return False
    return True


def cpu_s(data: bytes) -> float:
    """Processor time that reading takes."""
    started_s = time.thread_time()
    accepted(data)
    return time.thread_time() - started_s


def test_twenty_thousand_mutations() -> None:
    assert accepted(SEEDLING)
    good, slow = 0, []
    for data in mutations(SEEDLING, 20_000, seed=20261124):
        good += accepted(data)
        if cpu_s(data) >= LONGEST_S:
            slow.append(data)
    # A file that is slow to read is slow each time; a garbage collection comes once.
    assert [data for data in slow if min(cpu_s(data) for _ in range(3)) >= LONGEST_S] == []
    # Both ends must be met: with none accepted or none refused the mutations would test nothing.
    assert 1_000 < good < 12_000


def test_mutations_of_a_real_header_stay_in_memory(tiny_model: Callable[[str], Path]) -> None:
    whole = tiny_model("glm4moe").read_bytes()
    header_bytes = read_header(tiny_model("glm4moe")).data_offset
    tracemalloc.start()
    try:
        for data in mutations(whole[: header_bytes + 4096], 300, 7, within=header_bytes):
            tracemalloc.reset_peak()
            before_bytes = tracemalloc.get_traced_memory()[0]
            accepted(data)
            assert tracemalloc.get_traced_memory()[1] - before_bytes < 4 << 20
    finally:
        tracemalloc.stop()


def test_mutations_are_the_same_for_the_same_seed() -> None:
    first = list(mutations(SEEDLING, 50, seed=1))
    assert first == list(mutations(SEEDLING, 50, seed=1))
    assert first != list(mutations(SEEDLING, 50, seed=2))
    assert all(data != SEEDLING for data in first[:3])


@settings(max_examples=300, deadline=None, database=None)
@given(st.binary(max_size=400))
@example(b"\xff" * 64)
def test_any_bytes_after_the_first_four(rest: bytes) -> None:
    accepted(b"GGUF" + rest)


numbers = st.one_of(st.integers(0, 40), st.sampled_from([1 << 31, 1 << 32, 1 << 63, (1 << 64) - 1]))
pairs = st.lists(
    st.one_of(
        st.builds(crafted.text_pair, st.text(max_size=8), st.text(max_size=8)),
        st.builds(crafted.pair, st.text(max_size=8), st.integers(0, 14), st.binary(max_size=20)),
        st.builds(
            crafted.array_pair,
            st.text(max_size=8),
            st.integers(0, 14),
            numbers,
            st.binary(max_size=40),
        ),
    ),
    max_size=5,
)
tensors = st.lists(
    st.builds(
        crafted.tensor,
        st.text(max_size=8),
        st.lists(numbers, max_size=5),
        st.integers(0, 45),
        numbers,
    ),
    max_size=4,
)


@settings(max_examples=300, deadline=None, database=None)
@given(pairs, tensors, st.integers(0, 300))
def test_well_formed_nonsense(pairs: list[bytes], tensors: list[bytes], data_bytes: int) -> None:
    accepted(crafted.gguf((*crafted.MODEL_PAIRS, *pairs), tensors, data_bytes=data_bytes))


@pytest.mark.parametrize("length", range(0, len(SEEDLING), 9))
def test_every_beginning_is_refused(length: int) -> None:
    assert not accepted(SEEDLING[:length])
