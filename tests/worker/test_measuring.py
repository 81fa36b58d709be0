"""A measurement: the tokens asked for, within the context, and no trace in the next answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runtime.protocol.frames import Failed, Load, Loaded, Measure, Measured
from runtime.protocol.placement import Placement
from runtime.worker.measuring import made_up_tokens
from tests.engine_client import EngineClient
from tests.placement.rpc_device import rpc_device


@pytest.fixture
def loaded(client: EngineClient, tiny_model: Callable[[str], Path]) -> EngineClient:
    client.load(tiny_model("qwen3moe"), n_ctx=512)
    return client


def measured(client: EngineClient, prompt_tokens: int, decode_tokens: int) -> Measured:
    client.send(Measure(77, prompt_tokens, decode_tokens))
    return client.wait(Measured)


def test_what_was_asked_is_timed(loaded: EngineClient) -> None:
    found = measured(loaded, 200, 20)
    assert (found.request_id, found.prompt_tokens, found.decode_tokens) == (77, 200, 20)
    assert 0 < found.prompt_s < 30
    assert 0 < found.decode_s < 30
    assert found.gpu_free_bytes == ()
    assert found.n_threads == 1


@pytest.mark.parametrize(
    ("prompt", "decode", "expected"),
    [
        (400, 200, (400, 111)),
        (9000, 48, (510, 1)),
        (1, 1, (1, 1)),
    ],
)
def test_never_more_than_the_context_holds(
    prompt: int, decode: int, expected: tuple[int, int], loaded: EngineClient
) -> None:
    found = measured(loaded, prompt, decode)
    assert (found.prompt_tokens, found.decode_tokens) == expected
    assert sum(expected) < 512


def test_a_longer_one_takes_longer(loaded: EngineClient) -> None:
    measured(loaded, 64, 8)  # the first is cold
    short, long = measured(loaded, 32, 4), measured(loaded, 400, 100)
    assert long.prompt_s > short.prompt_s
    assert long.decode_s > short.decode_s


def test_the_next_answer_is_as_without_it(loaded: EngineClient) -> None:
    before = loaded.answer("Hello", max_tokens=12)
    measured(loaded, 300, 30)
    after = loaded.answer("Hello", max_tokens=12)
    assert after.text == before.text
    assert after.stats.cached_tokens == 0


def test_what_a_conversation_held_is_no_hindrance(loaded: EngineClient) -> None:
    loaded.answer("word " * 60, max_tokens=100)
    for _ in range(2):
        found = measured(loaded, 450, 50)
        assert (found.prompt_tokens, found.decode_tokens) == (450, 50)


def test_a_cancelled_one_leaves_a_worker_that_answers(loaded: EngineClient) -> None:
    before = loaded.answer("Hello", max_tokens=12).text
    loaded.send(Measure(899, 400, 100))
    loaded.send(Measure(900, 400, 100))
    loaded.cancel(900)
    assert loaded.wait(Measured).request_id == 899
    failed = loaded.wait(Failed)
    assert (failed.request_id, failed.problem.kind) == (900, "cancelled")
    assert loaded.answer("Hello", max_tokens=12).text == before


def test_without_a_model(client: EngineClient) -> None:
    client.send(Measure(5, 100, 10))
    failed = client.wait(Failed)
    assert (failed.request_id, failed.problem.kind) == (5, "no_model")


@pytest.fixture
def device(tmp_path: Path) -> Iterator[str]:
    with rpc_device(tmp_path / "device.log") as endpoint:
        yield endpoint


def test_free_memory_of_each_device_is_told(
    client: EngineClient, tiny_model: Callable[[str], Path], device: str
) -> None:
    placement = Placement(4, n_ctx=512, n_threads=1)
    path = str(tiny_model("qwen3moe"))
    client.send(Load(1, path, placement=placement, rpc_servers=(device,)))
    client.wait(Loaded)
    (free_bytes,) = measured(client, 100, 10).gpu_free_bytes
    assert free_bytes > 1 << 20


@pytest.mark.parametrize("n_vocab", [300, 50_304, 201_088])
def test_made_up_tokens_are_all_over_the_vocabulary(n_vocab: int) -> None:
    tokens = made_up_tokens(2000, n_vocab)
    assert tokens == made_up_tokens(2000, n_vocab)
    assert all(0 <= token < n_vocab for token in tokens)
    tenths = Counter(token * 10 // n_vocab for token in tokens)
    assert len(tenths) == 10
    assert max(tenths.values()) < 3 * min(tenths.values())
    assert len(set(tokens)) > min(n_vocab, 2000) * 0.7
    assert made_up_tokens(3, n_vocab, first=5) == made_up_tokens(7, n_vocab)[4:]
