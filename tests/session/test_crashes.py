"""An engine that dies: a message, its last words, nothing lost, and one command to go on."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from runtime.fake_engine import FakeEngine, Reply
from tests.session.rig import Rig, local_model, real_engine
from tests.worker.crashing_worker import AT_VARIABLE

KILLS = 100


def test_a_crash_in_an_answer_keeps_the_text_and_says_what_to_try(
    new_rig: Callable[..., Rig],
) -> None:
    rig = new_rig(script=lambda: FakeEngine((Reply(("Half a ",), hold=True),)))
    rig.ready()
    rig.session.send("Go")
    rig.until(lambda state: state.answer is not None and state.answer.text == "Half a ")
    rig.session.keep_draft("typed meanwhile")
    rig.engine.exit(-signal.SIGSEGV, log_tail="ggml_mul_mat: boom")
    state = rig.until(lambda state: state.engine.phase == "crashed")
    answer = state.conversation.messages[-1]
    assert (answer.text, answer.status) == ("Half a ", "failed")
    assert "SIGSEGV" in answer.problem.message
    assert answer.problem.remedy
    assert state.engine.log_tail == "ggml_mul_mat: boom"
    assert state.conversation.draft == "typed meanwhile"
    assert state.engine.memory is None, "what the engine held is free again"
    rig.session.retry()
    assert rig.texts()[-1] == ("assistant", "Half a "), "not dropped for an engine that is gone"
    rig.session.restart_engine()
    rig.ready()
    rig.session.retry()
    rig.until(lambda state: state.answer is not None and state.answer.text == "")


def test_a_message_sent_to_a_crashed_engine_is_kept(rig: Rig) -> None:
    rig.engine.exit(-signal.SIGKILL)
    rig.until(lambda state: state.engine.phase == "crashed")
    rig.session.send("Anyone there?")
    state = rig.answered(1)
    assert rig.texts()[0] == ("user", "Anyone there?")
    assert "memory" in state.conversation.messages[-1].problem.message
    rig.session.restart_engine()
    rig.ready()
    rig.session.retry()
    rig.until(lambda state: rig.texts()[-1] == ("assistant", "All right."))


def test_a_fault_on_first_use_of_repacking_mends_itself(
    new_rig: Callable[..., Rig], tmp_path: Path, tiny_model: Callable[[str], Path]
) -> None:
    engine = real_engine(tmp_path, "-m", "tests.worker.crashing_worker", **{AT_VARIABLE: "load"})
    rig = new_rig(new_engine=engine, models=(local_model(tiny_model("llama")),))
    state = rig.ready()
    assert state.notices[0].kind == "repacking_crashed"
    assert rig.repacking.repacking_crashes, "remembered for the next start"
    rig.session.send("Hello")
    rig.until(lambda state: state.answer is not None and state.answer.text != "")


def test_one_on_the_first_answer_takes_one_click(
    new_rig: Callable[..., Rig], tmp_path: Path, tiny_model: Callable[[str], Path]
) -> None:
    engine = real_engine(tmp_path, "-m", "tests.worker.crashing_worker", **{AT_VARIABLE: "answer"})
    rig = new_rig(new_engine=engine, models=(local_model(tiny_model("llama")),))
    rig.ready()
    rig.session.send("Hello")
    state = rig.until(lambda state: state.engine.phase == "crashed")
    assert "ggml_backend_amx_mul_mat" in state.engine.log_tail
    rig.session.restart_engine()
    rig.ready()
    rig.session.retry()
    rig.until(lambda state: state.answer is not None and state.answer.text != "")
    rig.session.stop()
    rig.answered(1)
    assert rig.repacking.repacking_crashes


def test_a_remembered_fault_is_not_tried_again(new_rig: Callable[..., Rig]) -> None:
    rig = new_rig()
    rig.ready()
    rig.repacking.repacking_crashes = True
    rig.session.restart_engine()
    rig.ready()
    assert rig.engines[0].sent[0].use_extra_bufts
    assert not rig.engines[1].sent[0].use_extra_bufts


@pytest.mark.timeout(240)
def test_a_hundred_kills_lose_no_message(
    new_rig: Callable[..., Rig], tmp_path: Path, tiny_model: Callable[[str], Path]
) -> None:
    """kill -9 in the middle of an answer, after a moment that differs each time."""
    choose = random.Random(20261124)
    rig = new_rig(new_engine=real_engine(tmp_path), models=(local_model(tiny_model("llama")),))
    sent = []
    for number in range(KILLS):
        state = rig.ready()
        if number % 10 == 0:
            rig.session.new_chat()
            sent = []
        sent.append(f"Message {number}")
        rig.session.send(sent[-1])
        length = choose.randrange(1, 20)
        state = rig.until(
            lambda state: state.answer is not None and len(state.answer.text) >= length  # noqa: B023
        )
        os.kill(state.engine.pid, signal.SIGKILL)
        state = rig.until(lambda state: state.engine.phase == "crashed")
        shown = [m for m in state.conversation.messages if m.role == "assistant"][-1]
        assert len(shown.text) >= length
        stored = rig.store.conversation(state.conversation.id)
        assert [m.text for m in stored.messages if m.role == "user"] == sent
        assert [m.text for m in stored.messages if m.role == "assistant"][-1] == shown.text
        rig.session.restart_engine()
    rig.ready()
