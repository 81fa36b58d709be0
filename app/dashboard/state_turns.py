"""What happened between two states of the session, as far as the dashboard asks.

The session tells at most 30 states a second: by the next one another answer may have begun, or a
short one have come and gone.
"""

from __future__ import annotations

from app.session_state import SessionState
from runtime.protocol.messages import ExpertUse


def is_other_chat(before: SessionState, after: SessionState) -> bool:
    """Another chat is open, or another model chosen."""
    return before.conversation.id != after.conversation.id or before.model != after.model


def is_same_load(before: SessionState, after: SessionState) -> bool:
    """The model is loaded as it was: each load has a process of its own. One that was planned
    only afterwards is looked at anew.
    """
    one, other = before.engine, after.engine
    is_same = before.model == after.model and one.pid == other.pid
    return is_same and one.placed == other.placed


def has_ended(before: SessionState, after: SessionState) -> bool:
    """An answer may have; another chat counts too."""
    turned = before.answer is not None and after.answer is None
    return turned or before.last_answer != after.last_answer


def new_picks(before: SessionState, after: SessionState) -> ExpertUse | None:
    """Those of an answer that has ended; of one whose chat was left, as far as they were told."""
    if after.last_experts is not None:
        return None if after.last_experts is before.last_experts else after.last_experts
    if before.answer is not None and after.answer is None:
        return before.answer.experts
    return None
