"""The speed of the running or last answer, and of which answer it is."""

from __future__ import annotations

from dataclasses import replace as changed
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.dashboard.answer_speed import answer_speed
from app.dashboard.run import RunFacts
from app.dashboard.state import AnswerSpeed
from app.placed_load import PlacedLoad
from app.session_state import (
    Conversation,
    EngineState,
    MessageView,
    RunningAnswer,
    SessionState,
)
from app.settings import Settings
from tests.dashboard.ledger_runs import run, stats
from tests.session.rig import local_model

BAND = (30.0, 60.0)
SPEEDS = ((1.0, 40.0), (2.0, 44.0))
TINY = local_model(Path("/models/tiny.gguf"))
ANSWER = MessageView(2, "assistant", "Yes.", model_id="tiny", stats=stats())
OF_STATS = AnswerSpeed(
    decode_tokens_per_s=50.0,
    prompt_tokens_per_s=300.0,
    end_to_end_tokens_per_s=501 / 20,
    ttft_s=0.1,
    cached_tokens=400,
    context_used=107,
)


def state(*messages: MessageView, answer: RunningAnswer | None = None) -> SessionState:
    return SessionState(
        Settings(),
        model=TINY,
        engine=EngineState(phase="ready", placed=PlacedLoad(predicted=BAND)),
        conversation=Conversation(1, "", messages),
        answer=answer,
        last_speeds=SPEEDS,
    )


def test_before_the_first_answer_there_are_dashes() -> None:
    assert answer_speed(state()) == AnswerSpeed(predicted=BAND)


def test_of_the_running_answer() -> None:
    """Its end-to-end speed is not known before its end."""
    running = RunningAnswer(
        "streaming",
        prompt_tokens=100,
        cached_tokens=60,
        evaluated_tokens=40,
        completion_tokens=7,
        tokens_per_s=41.5,
        prompt_tokens_per_s=250.0,
        ttft_s=0.4,
        speeds=((0.5, 41.5),),
    )
    assert answer_speed(state(ANSWER, answer=running), run(0.0)) == AnswerSpeed(
        is_live=True,
        decode_tokens_per_s=41.5,
        prompt_tokens_per_s=250.0,
        ttft_s=0.4,
        cached_tokens=60,
        predicted=BAND,
        samples=((0.5, 41.5),),
        context_used=107,
    )


def test_of_one_that_waits_for_its_turn() -> None:
    waiting = answer_speed(state(ANSWER, answer=RunningAnswer("queued")))
    assert waiting == AnswerSpeed(is_live=True, predicted=BAND)


def test_of_the_last_answer() -> None:
    found = answer_speed(state(ANSWER), run(0.0, stats(decode_rate=9.0)))
    assert found == changed(OF_STATS, predicted=BAND, samples=SPEEDS)


def test_what_was_predicted_of_another_model_is_not_held_against_it() -> None:
    other = changed(ANSWER, model_id="other")
    assert answer_speed(state(other)) == changed(OF_STATS, samples=SPEEDS)


def test_a_chat_without_an_answer_shows_the_last_run_of_any() -> None:
    """With what was predicted of that one; how its speed went is not stored."""
    last = replace(run(0.0), facts=RunFacts(predicted=(1.0, 2.0)))
    assert answer_speed(state(), last) == changed(OF_STATS, predicted=(1.0, 2.0))
    failed = MessageView(2, "assistant", "", "failed")
    assert answer_speed(state(failed), last) == changed(OF_STATS, predicted=(1.0, 2.0))


@pytest.mark.parametrize(
    ("tokens", "elapsed_s", "end_to_end"), [(0, 20.0, None), (501, 0.0, None), (40, 20.0, 2.0)]
)
def test_end_to_end(tokens: int, elapsed_s: float, end_to_end: float | None) -> None:
    numbers = stats(answer=tokens, elapsed_s=elapsed_s)
    found = answer_speed(state(changed(ANSWER, stats=numbers)))
    assert found.end_to_end_tokens_per_s == end_to_end
