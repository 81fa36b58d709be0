"""A full context is said, never cut in silence: before an answer and in the middle of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runtime.chat.context_fit import DoesNotFit, Fit, fit, room_for_answer
from runtime.protocol.messages import ChatMessage
from tests.engine_client import Ended, EngineClient

N_CTX = 256


@pytest.fixture
def small(client: EngineClient, tiny_model: Callable[[str], Path]) -> Iterator[EngineClient]:
    assert client.load(tiny_model("llama"), n_ctx=N_CTX).n_ctx == N_CTX
    return client


def _chat(turns: int, words: int) -> tuple[ChatMessage, ...]:
    messages: list[ChatMessage] = []
    for number in range(turns):
        messages += [
            ChatMessage("user", f"{number} " + "word " * words),
            ChatMessage("assistant", "yes"),
        ]
    return (*messages, ChatMessage("user", "Last question"))


def test_too_long_a_chat_is_refused_without_consent(small: EngineClient) -> None:
    small.ask(_chat(4, 20))
    with pytest.raises(Ended) as ended:
        small.rest_of_answer()
    problem = ended.value.problem
    assert problem.kind == "context_full"
    assert "256" in problem.message
    assert "Continue without the oldest turns" in problem.remedy


def test_with_consent_the_oldest_turns_go(small: EngineClient) -> None:
    answer = small.answer(_chat(4, 20), drop_oldest=True)
    assert answer.stats.dropped_turns >= 1
    assert answer.stats.prompt_tokens <= N_CTX
    assert answer.stats.completion_tokens == 8


def test_one_message_too_long_stays_refused_with_consent(small: EngineClient) -> None:
    small.ask("word " * 400, drop_oldest=True)
    with pytest.raises(Ended) as ended:
        small.rest_of_answer()
    assert ended.value.problem.kind == "context_full"
    assert "Shorten the message" in ended.value.problem.remedy


def test_an_answer_that_reaches_the_end_says_so(small: EngineClient) -> None:
    stats = small.answer("Go on for ever", max_tokens=0).stats
    assert stats.finish_reason == "context_full"
    assert stats.context_used == N_CTX
    assert stats.prompt_tokens + stats.completion_tokens in {N_CTX, N_CTX + 1}


@pytest.mark.parametrize(
    ("n_ctx", "max_tokens", "room"), [(4096, 0, 64), (4096, 200, 200), (256, 200, 64), (8, 0, 2)]
)
def test_room_for_the_answer(n_ctx: int, max_tokens: int, room: int) -> None:
    assert room_for_answer(n_ctx, max_tokens) == room


def _ten_each(messages: tuple[ChatMessage, ...]) -> list[int]:
    return list(range(10 * len(messages)))


@pytest.mark.parametrize(
    ("turns", "n_ctx", "drop_oldest", "expected"),
    [
        (1, 100, False, Fit(list(range(30)), 0)),
        (5, 100, False, DoesNotFit(110, 100)),
        # 25 for the answer and 25 to spare: two turns of twenty are left beside the question.
        (5, 100, True, Fit(list(range(50)), 3)),
        (0, 8, True, DoesNotFit(10, 8)),
    ],
)
def test_which_turns_go(
    turns: int, n_ctx: int, drop_oldest: bool, expected: Fit | DoesNotFit
) -> None:
    found = fit(_chat(turns, 1), n_ctx, 0, drop_oldest=drop_oldest, tokenize=_ten_each)
    assert found == expected


def test_the_system_message_stays() -> None:
    messages = (ChatMessage("system", "Be brief"), *_chat(3, 1))
    seen: list[tuple[ChatMessage, ...]] = []

    def count(left: tuple[ChatMessage, ...]) -> list[int]:
        seen.append(left)
        return _ten_each(left)

    assert isinstance(fit(messages, 60, 0, drop_oldest=True, tokenize=count), Fit)
    assert all(left[0].role == "system" for left in seen)
    assert seen[-1][1].role == "user"
