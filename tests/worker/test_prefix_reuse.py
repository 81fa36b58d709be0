"""A further turn evaluates only what is new; an edited one evaluates from the edit."""

from __future__ import annotations

from runtime.engine.kv_sequence import common_prefix
from runtime.protocol.frames import Finished, PromptProgress
from runtime.protocol.messages import ChatMessage
from tests.engine_client import EngineClient

FILLER = "The quick brown fox jumps over the lazy dog. " * 12


def _turns(client: EngineClient, count: int) -> tuple[ChatMessage, ...]:
    messages: tuple[ChatMessage, ...] = ()
    for number in range(count):
        messages += (ChatMessage("user", f"{number}: {FILLER}"),)
        answer = client.answer(messages, max_tokens=6)
        messages += (ChatMessage("assistant", answer.text),)
    return messages


def test_a_further_turn_evaluates_only_the_new_tokens(starter_client: EngineClient) -> None:
    messages = _turns(starter_client, 3)
    starter_client.ask((*messages, ChatMessage("user", "And now?")), max_tokens=2)
    events = starter_client.until(Finished)
    stats = events[-1].stats
    evaluated = [event for event in events if isinstance(event, PromptProgress)][-1]
    assert stats.prompt_tokens > 300
    assert stats.prompt_tokens - stats.cached_tokens < 40
    assert evaluated.evaluated_tokens == stats.prompt_tokens - stats.cached_tokens


def test_an_edit_evaluates_from_the_edit(starter_client: EngineClient) -> None:
    messages = _turns(starter_client, 3)
    last = starter_client.answer((*messages, ChatMessage("user", "Go on.")), max_tokens=2).stats
    edited = (messages[0], messages[1], ChatMessage("user", "Something else."))
    stats = starter_client.answer(edited, max_tokens=2).stats
    first_turn = starter_client.answer(messages[:1], max_tokens=2).stats
    assert first_turn.cached_tokens >= first_turn.prompt_tokens - 8
    assert stats.cached_tokens >= first_turn.prompt_tokens - 8
    assert stats.cached_tokens < last.prompt_tokens / 2


def test_what_is_cached_changes_no_word(starter_client: EngineClient) -> None:
    messages = (*_turns(starter_client, 2), ChatMessage("user", "What did I write?"))
    cached = starter_client.answer(messages, max_tokens=12)
    starter_client.answer("Something entirely different.", max_tokens=2)
    fresh = starter_client.answer(messages, max_tokens=12)
    assert cached.stats.cached_tokens > 200
    assert fresh.stats.cached_tokens < 40
    assert cached.text == fresh.text


def test_common_prefixes() -> None:
    assert common_prefix([], [1, 2]) == 0
    assert common_prefix([1, 2, 3], [1, 2]) == 2
    assert common_prefix([1, 2, 3], [1, 4, 3]) == 1
    assert common_prefix([5], [6]) == 0
