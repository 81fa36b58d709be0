"""Whether a conversation fits the context, and which oldest turns go when the person agrees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from runtime.protocol.messages import ChatMessage

SHORTEST_ANSWER_TOKENS = 64


@dataclass(frozen=True)
class Fit:
    """Prompt tokens that fit, and how many turns were left out to get there."""

    tokens: list[int]
    dropped_turns: int


@dataclass(frozen=True)
class DoesNotFit:
    """The prompt needs `prompt_tokens`; `n_ctx` are there, some of them kept for the answer."""

    prompt_tokens: int
    n_ctx: int


def room_for_answer(n_ctx: int, max_tokens: int) -> int:
    """Tokens to keep free for the answer: what was asked for, at most a quarter of the context."""
    wanted = max_tokens or SHORTEST_ANSWER_TOKENS
    return max(1, min(wanted, n_ctx // 4))


def without_oldest_turn(messages: tuple[ChatMessage, ...]) -> tuple[ChatMessage, ...] | None:
    """`messages` less the oldest turn after any system message, up to the next user message.

    None when only one turn is left: that one is the question itself.
    """
    start = 1 if messages and messages[0].role == "system" else 0
    for index in range(start + 1, len(messages)):
        if messages[index].role == "user":
            return messages[:start] + messages[index:]
    return None


def fit(
    messages: tuple[ChatMessage, ...],
    n_ctx: int,
    max_tokens: int,
    *,
    drop_oldest: bool,
    tokenize: Callable[[tuple[ChatMessage, ...]], list[int]],
) -> Fit | DoesNotFit:
    """Tokens of `messages`, never cut in silence: turns go only with `drop_oldest`."""
    room = room_for_answer(n_ctx, max_tokens)
    dropped = 0
    # After consent, free a quarter more, so that the next turns do not each need it again.
    spare = n_ctx // 4
    tokens = tokenize(messages)
    needed = len(tokens)
    if needed + room <= n_ctx:
        return Fit(tokens, 0)
    while drop_oldest:
        shorter = without_oldest_turn(messages)
        if shorter is None:
            break
        messages, dropped = shorter, dropped + 1
        tokens = tokenize(messages)
        if len(tokens) + room + spare <= n_ctx:
            return Fit(tokens, dropped)
    if dropped and len(tokens) + room <= n_ctx:
        return Fit(tokens, dropped)
    return DoesNotFit(needed, n_ctx)
