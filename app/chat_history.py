"""What of a conversation the model reads, and what a conversation is called."""

from __future__ import annotations

from collections.abc import Iterable

from app.session_state import MessageView
from runtime.protocol.messages import ChatMessage

LONGEST_TITLE = 48


def for_model(messages: Iterable[MessageView]) -> tuple[ChatMessage, ...]:
    """Turns in order. Empty answers (failed before a word) are left out.

    Neighbours of one role are joined, since many chat templates refuse two in a row.
    """
    turns: list[ChatMessage] = []
    for message in messages:
        if not message.text:
            continue
        if turns and turns[-1].role == message.role:
            joined = f"{turns[-1].content}\n\n{message.text}"
            turns[-1] = ChatMessage(message.role, joined)
        else:
            turns.append(ChatMessage(message.role, message.text))
    return tuple(turns)


def title_from(text: str) -> str:
    """The first line of the first message, cut at a word."""
    line = " ".join(text.strip().split("\n", 1)[0].split())
    if len(line) <= LONGEST_TITLE:
        return line or "New chat"
    cut = line[: LONGEST_TITLE - 1].rsplit(" ", 1)[0]
    return f"{cut.rstrip(',.;:')}…"
