"""What was typed and not sent: pure functions of the session's state."""

from __future__ import annotations

from dataclasses import replace

from app.session_state import SessionState


def joined(*texts: str | None) -> str:
    """The texts there are, a blank line between them."""
    return "\n\n".join(text for text in texts if text)


def unsent(state: SessionState) -> str:
    """All that would be lost with the window: the message that waits, and what is being typed."""
    return joined(state.queued_text, state.conversation.draft)


def put_back(state: SessionState, text: str) -> SessionState:
    """`text` could not be sent: it stands before what was typed since."""
    draft = joined(text, state.conversation.draft)
    return replace(state, conversation=replace(state.conversation, draft=draft))


def given_up_waiting(state: SessionState) -> SessionState:
    """A message that waits is part of the draft again."""
    conversation = replace(state.conversation, draft=unsent(state))
    return replace(state, queued_text=None, conversation=conversation)
