"""A sliding window forgets: going back in a conversation answers as if it were read anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from runtime.protocol.frames import Load, Loaded
from runtime.protocol.messages import ChatMessage
from runtime.protocol.placement import Placement
from tests.engine_client import Answer, EngineClient

WINDOW = 16
# A windowed layer keeps 256 tokens then, the conversation has over 1,000.
LEAN = Placement(n_ctx=2048, n_batch=128, n_ubatch=64, n_threads=1)
WHOLE = Placement(n_ctx=2048, n_batch=128, n_ubatch=64, n_threads=1, swa_full=True)
ANSWER_TOKENS = 16
TURNS = 6


class Chat:
    """One worker with the tiny model whose every second layer looks back 16 tokens."""

    def __init__(self, client: EngineClient, path: Path) -> None:
        self._client, self._path = client, path
        self._loads = 1000

    def load(self, placement: Placement) -> None:
        """Load it, with nothing in its cache."""
        self._loads += 1
        self._client.send(Load(self._loads, str(self._path), placement=placement))
        self._client.wait(Loaded)

    def answer(self, messages: tuple[ChatMessage, ...]) -> Answer:
        return self._client.answer(messages, max_tokens=ANSWER_TOKENS)

    def from_scratch(self, messages: tuple[ChatMessage, ...], placement: Placement) -> str:
        self.load(placement)
        answer = self.answer(messages)
        assert answer.stats.cached_tokens == 0
        return answer.text


@pytest.fixture
def chat(client: EngineClient, tiny_model: Callable[[str], Path]) -> Chat:
    return Chat(client, tiny_model("gpt-oss"))


def user(number: int, word: str = "question") -> ChatMessage:
    return ChatMessage("user", f"{number}: the {word} of the day, and " + "so on " * 25)


def held(chat: Chat, placement: Placement) -> tuple[ChatMessage, ...]:
    """A conversation of six turns that the cache has seen to its end."""
    chat.load(placement)
    messages: tuple[ChatMessage, ...] = ()
    for number in range(TURNS):
        messages += (user(number),)
        messages += (ChatMessage("assistant", chat.answer(messages).text),)
    return messages


Edit = Callable[[tuple[ChatMessage, ...]], tuple[ChatMessage, ...]]
EDITS: dict[str, tuple[Edit, bool]] = {
    "a further turn": (lambda chat: (*chat, user(TURNS)), True),
    "the last question again": (lambda chat: chat[:-1], True),
    "the last question edited": (lambda chat: (*chat[:-2], user(TURNS - 1, "answer")), True),
    "an early question edited": (lambda chat: (*chat[:2], user(1, "answer")), False),
    "the first question again": (lambda chat: chat[:1], False),
    "half of it, then another": (lambda chat: (*chat[:6], user(9, "end")), False),
}


@pytest.mark.parametrize(("edit", "is_near"), EDITS.values(), ids=EDITS)
def test_an_edit_answers_as_from_scratch(chat: Chat, edit: Edit, is_near: bool) -> None:
    edited = edit(held(chat, LEAN))
    found = chat.answer(edited)
    assert (found.stats.cached_tokens > 0) == is_near
    assert found.text == chat.from_scratch(edited, LEAN)


def test_what_follows_an_edit_far_back_is_right_too(chat: Chat) -> None:
    messages = held(chat, LEAN)
    edited = (*messages[:2], user(1, "answer"))
    longer = (*edited, ChatMessage("assistant", chat.answer(edited).text), user(2))
    found = chat.answer(longer)
    assert found.stats.cached_tokens > 0
    assert found.text == chat.from_scratch(longer, LEAN)


@pytest.mark.parametrize(("edit", "is_near"), EDITS.values(), ids=EDITS)
def test_a_whole_cache_goes_back_anywhere(chat: Chat, edit: Edit, is_near: bool) -> None:
    edited = edit(held(chat, WHOLE))
    found = chat.answer(edited)
    assert found.stats.cached_tokens > 0
    assert found.text == chat.from_scratch(edited, LEAN)


def test_the_conversation_is_longer_than_what_is_kept(chat: Chat) -> None:
    messages = held(chat, LEAN)
    assert chat.answer((*messages, user(TURNS))).stats.prompt_tokens > 4 * 256
    assert chat.answer((*messages, user(TURNS))).stats.prompt_tokens > 10 * WINDOW
