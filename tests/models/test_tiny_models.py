"""The real engine loads every tiny model and answers, the same each time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.engine_client import EngineClient
from tests.models.tiny import TINY_MODELS, TINY_NAMES, write_tiny
from tests.models.tiny_architectures import Architecture

ANSWER_TOKENS = 8


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineClient]:
    client = EngineClient(tmp_path_factory.mktemp("engine") / "engine.log")
    yield client
    client.stop()


@pytest.mark.parametrize("name", TINY_NAMES)
def test_the_engine_loads_and_answers(
    name: str, client: EngineClient, tiny_model: Callable[[str], Path]
) -> None:
    model: Architecture = TINY_MODELS[name]
    loaded = client.load(tiny_model(name))
    assert loaded.model.architecture == model.architecture
    assert loaded.model.expert_count == model.n_expert
    first = client.answer("Hello", max_tokens=ANSWER_TOKENS)
    assert first.stats.completion_tokens == ANSWER_TOKENS
    # With a NaN among the logits the answer would be token 0, which has no text.
    assert len(first.text) == ANSWER_TOKENS
    assert first.text.isascii()
    assert first.text.isprintable()
    client.load(tiny_model(name))
    assert client.answer("Hello", max_tokens=ANSWER_TOKENS).text == first.text


def test_other_weights_answer_otherwise(
    client: EngineClient, tiny_model: Callable[[str], Path], tmp_path: Path
) -> None:
    client.load(tiny_model("llama"))
    first = client.answer("Hello").text
    client.load(write_tiny(tmp_path, "llama", seed=2))
    assert client.answer("Hello").text != first


def test_a_tiny_model_is_the_same_each_time(
    tiny_model: Callable[[str], Path], tmp_path: Path
) -> None:
    again = write_tiny(tmp_path, "gpt-oss")
    assert again.read_bytes() == tiny_model("gpt-oss").read_bytes()
