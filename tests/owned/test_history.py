"""When models were used last and how fast they were, from the saved conversations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.owned.history import ModelHistory, model_histories
from app.store import ConversationStore
from runtime.protocol.messages import GenerationStats
from tests.app.answers import answer as numbers


class Clock:
    now_s = 1_000.0

    def __call__(self) -> float:
        self.now_s += 1
        return self.now_s


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ConversationStore]:
    store = ConversationStore(tmp_path / "conversations.db", Clock())
    yield store
    store.close()


def answer(store: ConversationStore, model_id: str, stats: GenerationStats | None) -> None:
    conversation = store.create("Chat", "Hello")
    row = store.add_message(conversation, "assistant", "", model_id)
    store.update_answer(row, "Hi", "complete", stats, None)


def with_speeds(decode: float | None, prompt: float | None, tokens: int) -> GenerationStats:
    return msgspec.structs.replace(
        numbers(),
        decode_tokens_per_s=decode,
        prompt_tokens_per_s=prompt,
        prompt_tokens=tokens,
        cached_tokens=10,
    )


def test_no_answers_no_histories(store: ConversationStore) -> None:
    store.create("Chat", "Hello")
    assert model_histories(store) == {}


def test_the_newest_answer_with_a_speed_counts(store: ConversationStore) -> None:
    answer(store, "a", with_speeds(10.0, 100.0, 500))
    answer(store, "b", with_speeds(7.0, 70.0, 41))
    answer(store, "a", with_speeds(20.0, 200.0, 500))
    answer(store, "a", with_speeds(None, 300.0, 500))
    answer(store, "a", None)
    answer(store, "c", None)
    found = model_histories(store)
    newest = found["a"].last_used_s
    assert found["a"] == ModelHistory("a", newest, 20.0, 200.0)
    # 31 tokens were read: too few to state a speed.
    assert (found["b"].decode_tokens_per_s, found["b"].prompt_tokens_per_s) == (7.0, None)
    assert found["c"] == ModelHistory("c", found["c"].last_used_s)
    assert found["b"].last_used_s < newest < found["c"].last_used_s
