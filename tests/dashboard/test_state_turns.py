"""What happened between two states of the session, even when a state in between was not told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.dashboard.state_turns import has_ended, is_other_chat, is_same_load, new_picks
from app.placed_load import PlacedLoad
from app.session_state import (
    Conversation,
    EngineState,
    MessageView,
    RunningAnswer,
    SessionState,
)
from app.settings import Settings
from runtime.protocol.messages import ExpertUse
from tests.dashboard.ledger_runs import stats
from tests.session.rig import local_model

FIRST, SECOND = (ExpertUse((0,), 1, 1, n, bytes(4)) for n in (1, 2))
QUESTION = MessageView(1, "user", "Why?")
ANSWER = MessageView(2, "assistant", "So.", stats=stats())
LATER = MessageView(4, "assistant", "So.", stats=stats(answer=9))
RUNNING = RunningAnswer("streaming")


def state(*messages: MessageView, chat: int = 1, **more: object) -> SessionState:
    idle = SessionState(Settings(), conversation=Conversation(chat, "", messages))
    return replace(idle, **more)  # type: ignore[arg-type]


IDLE, ANSWERED = state(QUESTION), state(QUESTION, ANSWER)
ANSWERING = replace(IDLE, answer=RUNNING)


@pytest.mark.parametrize(
    ("before", "after", "ended"),
    [
        (IDLE, IDLE, False),
        (IDLE, ANSWERING, False),
        (ANSWERING, replace(ANSWERING, answer=replace(RUNNING, text="a")), False),
        (ANSWERING, ANSWERED, True),
        # It failed before its first token.
        (ANSWERING, IDLE, True),
        # A queued message was sent at once, or the answer was as short as that.
        (ANSWERING, replace(ANSWERED, answer=RUNNING), True),
        (IDLE, ANSWERED, True),
        (ANSWERED, state(QUESTION, ANSWER, QUESTION, LATER), True),
        # What is read from the database again is the same answer.
        (ANSWERED, state(QUESTION, replace(ANSWER)), False),
    ],
)
def test_an_answer_ended(before: SessionState, after: SessionState, ended: bool) -> None:
    assert has_ended(before, after) is ended


def with_picks(now: SessionState, use: ExpertUse | None) -> SessionState:
    return replace(now, last_experts=use)


@pytest.mark.parametrize(
    ("before", "after", "picks"),
    [
        (IDLE, IDLE, None),
        (ANSWERING, ANSWERED, None),
        (ANSWERING, with_picks(ANSWERED, FIRST), FIRST),
        (with_picks(ANSWERED, FIRST), with_picks(ANSWERED, FIRST), None),
        (with_picks(ANSWERING, FIRST), with_picks(ANSWERED, SECOND), SECOND),
        (
            with_picks(ANSWERING, FIRST),
            with_picks(replace(ANSWERED, answer=RUNNING), SECOND),
            SECOND,
        ),
        (IDLE, with_picks(ANSWERED, FIRST), FIRST),
        # The chat was left while it ran.
        (replace(IDLE, answer=replace(RUNNING, experts=FIRST)), state(chat=2), FIRST),
        # The chat was left afterwards.
        (with_picks(ANSWERED, FIRST), state(chat=2), None),
    ],
)
def test_new_picks(before: SessionState, after: SessionState, picks: ExpertUse | None) -> None:
    assert new_picks(before, after) is picks


def test_another_chat_or_model() -> None:
    tiny = local_model(Path("/models/tiny.gguf"))
    assert not is_other_chat(IDLE, ANSWERED)
    assert is_other_chat(IDLE, state(chat=2))
    assert is_other_chat(IDLE, replace(IDLE, model=tiny))


def test_another_load() -> None:
    loaded = replace(IDLE, engine=EngineState(phase="ready", pid=7))
    assert is_same_load(loaded, replace(loaded, engine=EngineState(phase="ready", pid=7)))
    assert not is_same_load(loaded, replace(loaded, engine=EngineState(phase="ready", pid=8)))
    # What was predicted only afterwards.
    planned = replace(loaded.engine, placed=PlacedLoad(predicted=(30.0, 40.0)))
    assert not is_same_load(loaded, replace(loaded, engine=planned))
    other = local_model(Path("/models/tiny.gguf"))
    assert not is_same_load(loaded, replace(loaded, model=other))
