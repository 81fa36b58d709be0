"""The real engine loads every tiny model and answers, the same each time."""

from __future__ import annotations

import os
import queue
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runtime.engine_process import EngineEvent, EngineProcess
from runtime.protocol.frames import Failed, Finished, Generate, Load, Loaded, Text
from runtime.protocol.messages import ChatMessage, Sampling
from tests.models.tiny import TINY_MODELS, TINY_NAMES, write_tiny
from tests.models.tiny_architectures import Architecture

ANSWER_TOKENS = 8
PATIENCE_S = 60


class Worker:
    """A real worker, asked one thing at a time."""

    def __init__(self, log_path: Path) -> None:
        self._events: queue.Queue[EngineEvent] = queue.Queue()
        # The checkout need not be installed for these tests.
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
        self._engine = EngineProcess(log_path, environment=environment)
        self._engine.start(self._events.put)
        self._request_id = 0

    def load(self, path: Path) -> Loaded:
        self._request_id += 1
        self._engine.send(Load(self._request_id, str(path), n_ctx=256, n_threads=1))
        return self._until(Loaded)[-1]

    def answer(self, prompt: str) -> str:
        self._request_id += 1
        messages = (ChatMessage("user", prompt),)
        greedy = Sampling(temperature=0)
        self._engine.send(
            Generate(self._request_id, messages, greedy, time.monotonic(), ANSWER_TOKENS)
        )
        events = self._until(Finished)
        assert events[-1].stats.completion_tokens == ANSWER_TOKENS
        return "".join(event.text for event in events if isinstance(event, Text))

    def stop(self) -> None:
        self._engine.stop()

    def _until(self, last: type) -> list:
        events: list = []
        while not events or not isinstance(events[-1], last):
            events.append(self._events.get(timeout=PATIENCE_S))
            assert not isinstance(events[-1], Failed), events[-1]
            assert not hasattr(events[-1], "returncode"), events[-1]
        return events


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    worker = Worker(tmp_path_factory.mktemp("engine") / "engine.log")
    yield worker
    worker.stop()


@pytest.mark.parametrize("name", TINY_NAMES)
def test_the_engine_loads_and_answers(
    name: str, worker: Worker, tiny_model: Callable[[str], Path]
) -> None:
    model: Architecture = TINY_MODELS[name]
    loaded = worker.load(tiny_model(name))
    assert loaded.model.architecture == model.architecture
    assert loaded.model.expert_count == model.n_expert
    first = worker.answer("Hello")
    # With a NaN among the logits the answer would be token 0, which has no text.
    assert len(first) == ANSWER_TOKENS
    assert first.isascii()
    assert first.isprintable()
    worker.load(tiny_model(name))
    assert worker.answer("Hello") == first


def test_other_weights_answer_otherwise(
    worker: Worker, tiny_model: Callable[[str], Path], tmp_path: Path
) -> None:
    worker.load(tiny_model("llama"))
    first = worker.answer("Hello")
    worker.load(write_tiny(tmp_path, "llama", seed=2))
    assert worker.answer("Hello") != first


def test_a_tiny_model_is_the_same_each_time(
    tiny_model: Callable[[str], Path], tmp_path: Path
) -> None:
    again = write_tiny(tmp_path, "gpt-oss")
    assert again.read_bytes() == tiny_model("gpt-oss").read_bytes()
