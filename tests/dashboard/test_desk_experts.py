"""What the dashboard's logic does about experts: kept unseen, counted by a reload, forgotten."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.session_state import Conversation, EngineState
from tests.dashboard.desk_rig import MODELS, READY, RUNNING, DeskRig, answered
from tests.dashboard.test_expert_totals import picks


def test_experts_are_kept_although_nobody_ever_looked(rig: DeskRig) -> None:
    answered(rig, last_experts=picks(1, 2, 3, 0))
    answered(rig, last_experts=picks(1, 0, 0, 1))
    kept = rig.totals.of("tiny")
    assert kept is not None
    assert kept.tokens == 4
    # The same answer told once more is not another one.
    rig.put(conversation=Conversation(2))
    rig.put(last_experts=None)
    assert rig.totals.of("tiny") == kept
    rig.look()
    assert rig.view.experts.summed == kept


def test_an_answer_whose_chat_was_left_counts_as_far_as_it_was_told(rig: DeskRig) -> None:
    rig.put(answer=replace(RUNNING, experts=picks(1, 2, 3, 0)))
    rig.put(answer=None, conversation=Conversation())
    assert rig.totals.of("tiny") == picks(1, 2, 3, 0)


def test_they_belong_to_the_model_that_answered(rig: DeskRig) -> None:
    """Another one may have been chosen in the same turn."""
    rig.put(answer=RUNNING)
    engine = EngineState("loading")
    rig.put(answer=None, last_experts=picks(1, 2, 3, 0), model=MODELS[1], engine=engine)
    assert rig.totals.of("tiny") == picks(1, 2, 3, 0)
    assert rig.totals.of("other") is None


def test_an_answer_that_read_nothing_is_not_kept(rig: DeskRig) -> None:
    answered(rig, last_experts=picks(layers=(), n_experts=0))
    assert not (rig.folder / "experts").exists()


def test_what_could_not_be_kept_is_told(rig: DeskRig) -> None:
    (rig.folder / "experts").write_text("a file in the way")
    answered(rig, last_experts=picks(1, 2, 3, 0))
    assert [problem.kind for problem in rig.session.told] == ["not_saved"]


def test_experts_of_the_running_answer_and_of_all(rig: DeskRig) -> None:
    rig.totals.add("tiny", picks(5, 5, 5, 5))
    rig.look()
    rig.put(answer=replace(RUNNING, experts=picks(1, 0, 0, 1)))
    rig.settle()
    assert rig.view.experts.use == picks(1, 0, 0, 1)
    assert rig.view.experts.summed == picks(5, 5, 5, 5)
    rig.desk.forget_experts()
    assert rig.view.experts.summed is None
    assert rig.totals.of("tiny") is None


def test_what_cannot_be_forgotten_is_told(rig: DeskRig) -> None:
    rig.totals.add("tiny", picks(1, 2, 3, 0))
    (file,) = (rig.folder / "experts").iterdir()
    file.unlink()
    file.mkdir()
    rig.desk.forget_experts()
    assert [problem.kind for problem in rig.session.told] == ["not_forgotten"]


def test_counting_takes_a_reload(rig: DeskRig) -> None:
    rig.desk.capture_experts(True)
    assert rig.session.state.settings.capture_experts
    assert rig.session.calls == ["restart_engine"]
    rig.tell_state()
    rig.tell_state()
    assert rig.session.calls == ["restart_engine"]


def test_a_running_answer_is_not_cut_off_for_it(rig: DeskRig) -> None:
    rig.put(answer=RUNNING)
    rig.desk.capture_experts(True)
    rig.tell_state()
    rig.put(answer=replace(RUNNING, text="So much"))
    assert rig.session.calls == []
    rig.put(answer=None)
    assert rig.session.calls == ["restart_engine"]


def test_nor_is_one_that_began_before_the_session_told_it(rig: DeskRig) -> None:
    rig.session.state = replace(rig.session.state, answer=RUNNING)
    rig.desk.capture_experts(True)
    assert rig.session.calls == []


def test_a_load_that_runs_is_ended_first(rig: DeskRig) -> None:
    """It began with what was chosen before."""
    rig.put(engine=EngineState("loading"))
    rig.desk.capture_experts(True)
    assert rig.session.calls == []
    rig.put(engine=READY)
    assert rig.session.calls == ["restart_engine"]


@pytest.mark.parametrize("phase", ["none", "failed", "crashed"])
def test_without_an_engine_nothing_is_loaded_for_it(rig: DeskRig, phase: str) -> None:
    rig.put(engine=EngineState(phase))
    rig.desk.capture_experts(True)
    rig.put(engine=READY)
    assert rig.session.calls == []
