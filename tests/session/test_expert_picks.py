"""The router's picks in the session's state: only when they are wanted, and of which answer."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.chat_settings import ChatSettings
from app.session_state import SessionState
from app.settings import Settings
from runtime.fake_engine import FakeEngine, Reply
from runtime.protocol.frames import ExpertsPicked, Load
from runtime.protocol.messages import ExpertUse
from tests.session.rig import Rig, local_model, real_engine

FIRST, SECOND = (ExpertUse((0,), 2, 1, n, array("I", (n, 0)).tobytes()) for n in (3, 5))
COUNTING = Settings(first_run_done=True, n_ctx=1024, capture_experts=True)
N_LAYERS, N_EXPERTS, N_USED = 30, 8, 2


class PickingEngine(FakeEngine):
    """Tells picks of its open answer when a test wants it."""

    def pick(self, use: ExpertUse, request_id: int | None = None) -> None:
        assert self._open is not None
        self._emit(ExpertsPicked(self._open[0] if request_id is None else request_id, use))


def begun(new_rig: Callable[..., Rig]) -> tuple[Rig, PickingEngine]:
    """An answer that is held open."""
    rig = new_rig(script=lambda: PickingEngine((Reply(("One",), hold=True),) * 2))
    rig.ready()
    rig.session.send("Q")
    rig.until(lambda state: state.answer is not None and state.answer.text == "One")
    assert isinstance(rig.engine, PickingEngine)
    return rig, rig.engine


def until_picked(rig: Rig, use: ExpertUse) -> None:
    rig.until(lambda state: state.answer is not None and state.answer.experts == use)


def test_they_follow_the_answer_and_stay_after_it(new_rig: Callable[..., Rig]) -> None:
    rig, engine = begun(new_rig)
    for use in (FIRST, SECOND):
        engine.pick(use)
        until_picked(rig, use)
    assert rig.state.last_experts is None
    engine.finish()
    assert rig.answered(1).last_experts == SECOND
    rig.session.send("Again")
    state = rig.until(lambda state: state.answer is not None and state.answer.text == "One")
    # Those of the answer before stand until this one has ended; it has none yet.
    assert state.answer.experts is None
    assert state.last_experts == SECOND
    engine.finish()
    assert rig.answered(2).last_experts is None


def test_picks_of_another_answer_are_not_this_ones(new_rig: Callable[..., Rig]) -> None:
    rig, engine = begun(new_rig)
    engine.pick(FIRST)
    engine.pick(SECOND, request_id=4711)
    engine.finish()
    assert rig.answered(1).last_experts == FIRST


@pytest.mark.parametrize("leave", ["new_chat", "open_chat"])
def test_another_chat_does_not_show_them(new_rig: Callable[..., Rig], leave: str) -> None:
    rig, engine = begun(new_rig)
    chat = rig.state.conversation.id
    engine.pick(FIRST)
    engine.finish()
    rig.answered(1)
    rig.session.new_chat()
    assert rig.state.last_experts is None
    if leave == "open_chat":
        rig.session.open_chat(chat)
        assert rig.state.last_experts is None


@pytest.mark.parametrize("wanted", [False, True])
def test_the_engine_is_asked_by_the_setting_at_each_load(
    new_rig: Callable[..., Rig], wanted: bool
) -> None:
    rig = new_rig(settings=Settings(first_run_done=True, capture_experts=wanted))
    rig.ready()
    rig.session.change_settings(replace(rig.state.settings, capture_experts=not wanted))
    rig.session.restart_engine()
    rig.ready()
    loads = [command for e in rig.engines for command in e.sent if isinstance(command, Load)]
    assert [load.capture_experts for load in loads] == [wanted, not wanted]


# With the real worker, whose answers are no two times the same


SHORT = ChatSettings(max_tokens=48)


def counts(use: ExpertUse) -> list[list[int]]:
    every = array("I", use.counts).tolist()
    return [every[n : n + use.n_experts] for n in range(0, len(every), use.n_experts)]


def started(new_rig: Callable[..., Rig], folder: Path, model: Path, settings: Settings) -> Rig:
    rig = new_rig(new_engine=real_engine(folder), models=(local_model(model),), settings=settings)
    rig.ready()
    return rig


def test_counts_of_the_real_engine(
    new_rig: Callable[..., Rig], tmp_path: Path, starter_model: Path
) -> None:
    rig = started(new_rig, tmp_path, starter_model, COUNTING)
    seen: list[ExpertUse] = []

    def note(state: SessionState) -> None:
        if state.answer is not None and state.answer.experts is not None:
            seen.append(state.answer.experts)

    rig.session.changed.connect(note)
    rig.session.change_chat(SHORT)
    rig.session.send("Name three fruits.")
    state = rig.answered(1)
    use, stats = state.last_experts, state.conversation.messages[-1].stats
    assert use is not None
    assert stats is not None
    assert (use.layers, use.n_experts, use.n_used) == (tuple(range(N_LAYERS)), N_EXPERTS, N_USED)
    # What was read and written and is in the context: the last token may not have been put in.
    routed = stats.context_used - stats.cached_tokens
    assert use.tokens == routed
    assert [sum(row) for row in counts(use)[:-1]] == [routed * N_USED] * (N_LAYERS - 1)
    assert all(one.tokens <= use.tokens for one in seen)
    assert rig.store.runs()[0].facts.experts_captured
    # A stopped answer tells what it did.
    rig.session.change_chat(ChatSettings())
    rig.session.send("Write a very long story about the sea.")
    rig.until(lambda now: now.answer is not None and now.answer.completion_tokens > 4)
    rig.session.stop()
    stopped = rig.answered(2)
    assert stopped.conversation.messages[-1].status == "stopped"
    assert stopped.last_experts is not None
    assert stopped.last_experts != use
    assert stopped.last_experts.tokens > 4


def test_off_by_default(new_rig: Callable[..., Rig], tmp_path: Path, starter_model: Path) -> None:
    assert not Settings().capture_experts
    rig = started(new_rig, tmp_path, starter_model, Settings(first_run_done=True, n_ctx=1024))
    told: list[ExpertUse | None] = []
    rig.session.changed.connect(lambda state: told.append(state.answer and state.answer.experts))
    rig.session.change_chat(SHORT)
    rig.session.send("Name three fruits.")
    assert rig.answered(1).last_experts is None
    assert len(told) > 2
    assert set(told) == {None}
    assert not rig.store.runs()[0].facts.experts_captured
