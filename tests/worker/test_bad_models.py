"""Files that are no usable model, through the real worker: a sentence each, and nothing hangs."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from runtime.engine_process import Exited
from runtime.errors import Problem
from runtime.gguf.reader import read_header
from runtime.gguf.values import ValueType
from runtime.protocol.frames import Failed, Loaded
from tests.engine_client import Ended, EngineClient
from tests.gguf import crafted
from tests.gguf.mutations import mutations

HANG_S = 10.0
CUTS = 20
MUTATIONS = 2_000
HUGE = 1 << 62


def refusal(client: EngineClient, path: Path) -> Problem:
    client.ask_load(path)
    problem = client.wait(Failed, HANG_S).problem
    assert problem.title
    assert problem.message
    assert problem.remedy
    return problem


CRAFTED = {
    "not GGUF": b"hello, I am a text file and no model",
    "empty": b"",
    "huge string": crafted.gguf(
        pairs=(struct.pack("<Q", 20) + b"general.architecture" + struct.pack("<IQ", 8, HUGE),)
    ),
    "huge array": crafted.gguf(
        pairs=(*crafted.MODEL_PAIRS, crafted.array_pair("a", ValueType.UINT32, HUGE))
    ),
    "no tensors": crafted.gguf(tensors=()),
    "2**31 blocks": crafted.gguf(
        pairs=(
            crafted.text_pair("general.architecture", "llama"),
            crafted.number_pair("llama.block_count", 2**31),
            crafted.number_pair("llama.embedding_length", 8),
            crafted.number_pair("llama.context_length", 512),
        )
    ),
    "unknown architecture": crafted.gguf(
        pairs=(
            crafted.text_pair("general.architecture", "nobody"),
            crafted.number_pair("nobody.block_count", 1),
            crafted.number_pair("nobody.embedding_length", 8),
            crafted.number_pair("nobody.context_length", 512),
        )
    ),
}


def test_crafted_files_are_refused_and_the_worker_goes_on(
    client: EngineClient, tiny_model: Callable[[str], Path], tmp_path: Path
) -> None:
    for name, data in CRAFTED.items():
        path = tmp_path / "bad.gguf"
        path.write_bytes(data)
        problem = refusal(client, path)
        assert problem.kind in {"model_unreadable", "load_refused"}, name
    assert client.load(tiny_model("llama")).model.architecture == "llama"
    assert client.answer("Still there?").stats.completion_tokens == 8


def test_a_file_cut_anywhere_is_refused(
    client: EngineClient, tiny_model: Callable[[str], Path], tmp_path: Path
) -> None:
    data = tiny_model("qwen3moe").read_bytes()
    path = tmp_path / "cut.gguf"
    for part in range(CUTS):
        path.write_bytes(data[: len(data) * part // CUTS])
        assert refusal(client, path).kind == "model_unreadable", part
    path.write_bytes(data[:-1])
    assert refusal(client, path).kind == "model_unreadable"
    assert client.load(tiny_model("qwen3moe")).model.expert_count == 8


def test_a_missing_file_is_a_sentence(client: EngineClient, tmp_path: Path) -> None:
    assert refusal(client, tmp_path / "nowhere.gguf").kind == "model_unreadable"


@pytest.mark.timeout(400)
def test_mutated_headers_never_hang_nor_harm_the_program(
    tiny_model: Callable[[str], Path], tmp_path: Path
) -> None:
    """A worker may die of one; then the next worker takes the next file."""
    good = tiny_model("llama")
    data, header_bytes = good.read_bytes(), read_header(good).data_offset
    path = tmp_path / "mutated.gguf"
    outcomes: Counter[str] = Counter()
    client = EngineClient(tmp_path / "engine.log")
    for changed in mutations(data, MUTATIONS, seed=20261124, within=header_bytes):
        path.write_bytes(changed)
        try:
            client.ask_load(path)
            client.wait(Loaded, HANG_S)
            outcomes["loaded"] += 1
        except Ended as ended:
            outcomes[type(ended.event).__name__] += 1
            if isinstance(ended.event, Exited):
                client = EngineClient(tmp_path / "engine.log")
    client.stop()
    assert outcomes.total() == MUTATIONS
    assert outcomes["Failed"] > MUTATIONS / 2
    assert outcomes["loaded"] > 0
    # Three of these name a token twice, on which llama.cpp 0.5.0 asserts (llama-vocab.cpp:2544).
    assert outcomes["Exited"] <= 5, outcomes
