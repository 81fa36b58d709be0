"""A guard model looks at finished answers where one was chosen, and says what it found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.chat_settings import ChatSettings
from app.session_guard import NOT_LOOKED, UNCLEAR, UNSAFE
from runtime.errors import Problem
from runtime.fake_engine import FakeEngine, Reply
from runtime.protocol.frames import Generate, Load
from tests.session.rig import Rig, local_model

Rigs = Callable[..., Rig]


def guarded(new_rig: Rigs, tmp_path: Path, *verdicts: str) -> Rig:
    """The first engine answers, the second judges."""
    guard = replace(
        local_model(tmp_path / "guard.gguf"), id="llama-guard-3-1b", name="Llama Guard 3 1B"
    )
    scripts = [
        [Reply((f"Answer {number}.",)) for number in range(1 + len(verdicts))],
        [Reply((text,)) for text in verdicts],
    ]
    made: list[FakeEngine] = []

    def script() -> FakeEngine:
        made.append(FakeEngine(scripts[len(made)]))
        return made[-1]

    rig = new_rig(script=script, models=(local_model(tmp_path / "tiny.gguf"), guard))
    rig.ready()
    rig.session.change_chat(ChatSettings(guard_model_id=guard.id))
    return rig


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [("unsafe\nS1", UNSAFE, "Violent Crimes"), ("well, hm", UNCLEAR, "neither safe nor unsafe")],
)
def test_what_it_found_is_told(
    new_rig: Rigs, tmp_path: Path, said: str, kind: str, words: str
) -> None:
    rig = guarded(new_rig, tmp_path, said)
    rig.session.send("Question")
    rig.answered(1)
    state = rig.until(lambda state: bool(state.notices))
    assert [notice.kind for notice in state.notices] == [kind]
    assert words in state.notices[0].message
    load, asked = rig.engines[1].sent[:2]
    assert isinstance(load, Load)
    assert load.path.endswith("guard.gguf")
    assert isinstance(asked, Generate)
    assert "Question" in asked.messages[0].content
    assert "Answer 0." in asked.messages[0].content


def test_a_safe_answer_says_nothing_and_the_worker_stays(new_rig: Rigs, tmp_path: Path) -> None:
    rig = guarded(new_rig, tmp_path, "safe", "unsafe\nS2")
    rig.session.send("One")
    rig.answered(1)
    rig.until(lambda _: len(rig.engines) == 2 and len(rig.engines[1].sent) == 2)
    assert rig.state.notices == ()
    rig.session.send("Two")
    rig.answered(2)
    rig.until(lambda state: bool(state.notices))
    assert len(rig.engines) == 2


def test_one_that_fails_says_that_it_did_not_look(new_rig: Rigs, tmp_path: Path) -> None:
    rig = guarded(new_rig, tmp_path, "safe")
    rig.session.send("One")
    rig.answered(1)
    rig.until(lambda _: len(rig.engines) == 2 and len(rig.engines[1].sent) == 2)
    rig.engines[1].replies.append(Reply((), problem=Problem("decode_failed", "It failed", "…")))
    rig.session.send("Two")
    rig.answered(2)
    state = rig.until(lambda state: bool(state.notices))
    assert [notice.kind for notice in state.notices] == [NOT_LOOKED]


def test_without_a_guard_no_second_worker_is_started(rig: Rig) -> None:
    rig.session.send("One")
    rig.answered(1)
    assert len(rig.engines) == 1
