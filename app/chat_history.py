"""What of a conversation the model reads, and what a conversation is called."""

from __future__ import annotations

from collections.abc import Iterable

from app.attachments.prompt import with_attachments
from app.chat_settings import ChatSettings
from app.safety import system_text
from app.session_state import MessageView
from runtime.language import tr
from runtime.protocol.messages import ChatMessage

LONGEST_TITLE = 48
NO_SETTINGS = ChatSettings()


def for_model(
    messages: Iterable[MessageView], settings: ChatSettings = NO_SETTINGS
) -> tuple[ChatMessage, ...]:
    """Turns in order, after the system prompt if there is one. Attached files stand in their
    messages; empty answers (failed before a word) and what was thought are left out.

    Neighbours of one role are joined, since many chat templates refuse two in a row.
    """
    turns: list[ChatMessage] = []
    if system := system_text(settings):
        turns.append(ChatMessage("system", system))
    for message in messages:
        text = with_attachments(message.text, message.attachments)
        if not text:
            continue
        if turns and turns[-1].role == message.role:
            turns[-1] = ChatMessage(message.role, f"{turns[-1].content}\n\n{text}")
        else:
            turns.append(ChatMessage(message.role, text))
    return tuple(turns)


def title_from(text: str) -> str:
    """The first line of the first message, cut at a word."""
    line = " ".join(text.strip().split("\n", 1)[0].split())
    if len(line) <= LONGEST_TITLE:
        return line or tr("New chat")
    cut = line[: LONGEST_TITLE - 1].rsplit(" ", 1)[0]
    return f"{cut.rstrip(',.;:')}…"
