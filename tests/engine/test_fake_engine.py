"""The scripted engine keeps to the real one's order: counts and states wait for an open answer."""

from __future__ import annotations

from pathlib import Path

from runtime.engine_process import EngineEvent
from runtime.errors import Problem
from runtime.fake_engine import FakeEngine, Reply
from runtime.protocol.frames import (
    CountTokens,
    Failed,
    Finished,
    Generate,
    SaveState,
    StateSaved,
    Text,
    TokenCounts,
)
from runtime.protocol.messages import ChatMessage, Sampling

HELLO = Generate(1, (ChatMessage("user", "Hello"),), Sampling(), 0.0)


def started(*replies: Reply) -> tuple[FakeEngine, list[EngineEvent]]:
    engine, events = FakeEngine(replies), []
    engine.start(events.append)
    return engine, events


def test_thoughts_come_before_the_answer() -> None:
    engine, events = started(Reply(("Yes",), reasoning=("Hm", ".")))
    engine.send(HELLO)
    texts = [(event.reasoning, event.text) for event in events if isinstance(event, Text)]
    assert texts == [("Hm", ""), (".", ""), ("", "Yes")]
    finished = events[-1]
    assert isinstance(finished, Finished)
    assert (finished.stats.completion_tokens, finished.stats.reasoning_tokens) == (3, 2)


def test_counts_and_states_wait_for_the_answer(tmp_path: Path) -> None:
    engine, events = started(Reply(("Yes",), hold=True))
    engine.send(HELLO)
    engine.send(CountTokens(2, ("", "four", "fives")))
    engine.send(SaveState(3, str(tmp_path / "kept" / "a.kv")))
    assert not any(isinstance(event, TokenCounts | StateSaved) for event in events)
    engine.finish()
    assert events[-2:] == [TokenCounts(2, (0, 1, 2)), StateSaved(3, 13, 4096)]
    assert (tmp_path / "kept" / "a.kv").stat().st_size == 4096


def test_a_state_may_be_empty_or_fail(tmp_path: Path) -> None:
    engine, events = started()
    engine.send(SaveState(2, str(tmp_path / "a.kv")))
    assert events[-1] == StateSaved(2, 0, 0)
    engine.send(HELLO)
    engine.state_problem = Problem("state_not_saved", "No", "No")
    engine.send(SaveState(3, str(tmp_path / "a.kv")))
    assert events[-1] == Failed(3, engine.state_problem)
    assert list(tmp_path.iterdir()) == []
