"""Answers tried again, messages edited and deleted: each makes a branch that can be walked."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.session_state import SessionState
from runtime.fake_engine import FakeEngine, Reply
from runtime.protocol.frames import Generate
from tests.session.rig import Rig

Rigs = Callable[..., Rig]
ANSWERS = ("First.", "Second.", "Third.", "Fourth.")


@pytest.fixture
def talk(new_rig: Rigs) -> Rig:
    """One question with its first answer."""
    rig = new_rig(script=lambda: FakeEngine([Reply((text,)) for text in ANSWERS]))
    rig.ready()
    rig.session.send("Question")
    rig.answered(1)
    return rig


def last(state: SessionState) -> tuple[str, int, int]:
    message = state.conversation.messages[-1]
    return message.text, message.branch, message.branches


def asked(rig: Rig) -> list[str]:
    """What the engine was last asked to read."""
    requests = [command for command in rig.engine.sent if isinstance(command, Generate)]
    return [turn.content for turn in requests[-1].messages]


def again(rig: Rig, text: str) -> SessionState:
    rig.session.retry()
    return rig.until(lambda state: state.answer is None and last(state)[0] == text)


def test_again_is_a_branch_beside_the_first(talk: Rig) -> None:
    state = again(talk, "Second.")
    assert last(state) == ("Second.", 2, 2)
    assert asked(talk) == ["Question"]
    assert talk.store.conversation(state.conversation.id).messages == state.conversation.messages


def test_branches_are_walked_and_stay_at_their_ends(talk: Rig) -> None:
    answer = again(talk, "Second.").conversation.messages[-1]
    talk.session.show_branch(answer.id, -1)
    first = talk.state.conversation.messages[-1]
    assert last(talk.state) == ("First.", 1, 2)
    talk.session.show_branch(first.id, -1)
    assert last(talk.state) == ("First.", 1, 2)
    talk.session.show_branch(first.id, 1)
    assert last(talk.state) == ("Second.", 2, 2)


def test_what_stands_below_a_branch_is_there_again(talk: Rig) -> None:
    talk.session.send("More")
    talk.answered(2)
    first = talk.state.conversation.messages[1]
    talk.session.regenerate(first.id)
    talk.until(lambda state: state.answer is None and last(state)[0] == "Third.")
    assert talk.texts() == [("user", "Question"), ("assistant", "Third.")]
    talk.session.show_branch(talk.state.conversation.messages[1].id, -1)
    assert [text for _, text in talk.texts()] == ["Question", "First.", "More", "Second."]


def test_an_edited_question_is_answered_in_its_own_branch(talk: Rig) -> None:
    question = talk.state.conversation.messages[0]
    talk.session.edit_message(question.id, "  Another question ")
    talk.until(lambda state: state.answer is None and last(state)[0] == "Second.")
    assert talk.texts() == [("user", "Another question"), ("assistant", "Second.")]
    assert asked(talk) == ["Another question"]
    edited = talk.state.conversation.messages[0]
    assert (edited.branch, edited.branches) == (2, 2)
    talk.session.show_branch(edited.id, -1)
    assert talk.texts() == [("user", "Question"), ("assistant", "First.")]


def test_an_edited_answer_stands_without_being_asked_for(talk: Rig) -> None:
    answer = talk.state.conversation.messages[1]
    before = len(talk.engine.sent)
    talk.session.edit_message(answer.id, "Better.")
    assert last(talk.state) == ("Better.", 2, 2)
    assert len(talk.engine.sent) == before
    talk.session.send("Go on")
    talk.answered(2)
    assert asked(talk) == ["Question", "Better.", "Go on"]


@pytest.mark.parametrize("text", ["", "   ", "Question"])
def test_an_edit_without_a_change_changes_nothing(talk: Rig, text: str) -> None:
    before = talk.state.conversation
    talk.session.edit_message(before.messages[0].id, text)
    assert talk.state.conversation == before


def test_a_deleted_message_leaves_the_rest(talk: Rig) -> None:
    talk.session.send("More")
    talk.answered(2)
    talk.session.delete_message(talk.state.conversation.messages[1].id)
    assert [text for _, text in talk.texts()] == ["Question", "More", "Second."]


def test_what_was_generated_counts_whatever_branch_is_shown(talk: Rig) -> None:
    tokens = [stats.completion_tokens for stats in talk.state.conversation.every_run]
    again(talk, "Second.")
    both = talk.state.conversation.every_run
    assert sorted(stats.completion_tokens for stats in both) == sorted([*tokens, *tokens])
    stored = talk.store.conversation(talk.state.conversation.id)
    assert len(stored.every_run) == 2
    talk.session.delete_message(talk.state.conversation.messages[-1].id)
    assert len(talk.state.conversation.every_run) == 2


def test_while_an_answer_runs_nothing_is_turned(new_rig: Rigs) -> None:
    rig = new_rig(script=lambda: FakeEngine([Reply(("One.",)), Reply(("Two",), hold=True)]))
    rig.ready()
    rig.session.send("Question")
    rig.answered(1)
    rig.session.retry()
    rig.until(lambda state: state.answer is not None and state.answer.text == "Two")
    question = rig.state.conversation.messages[0]
    rig.session.edit_message(question.id, "Other")
    rig.session.show_branch(question.id, 1)
    rig.session.delete_message(question.id)
    assert rig.texts() == [("user", "Question")]
    rig.engine.finish()
    assert last(rig.answered(1)) == ("Two", 2, 2)


def test_an_answer_that_failed_before_its_first_word_is_replaced(new_rig: Rigs) -> None:
    from runtime.errors import Problem

    failed = Reply((), problem=Problem("decode_failed", "It failed", "…", "Try again."))
    rig = new_rig(script=lambda: FakeEngine([failed, Reply(("Better.",))]))
    rig.ready()
    rig.session.send("Question")
    rig.answered(1)
    rig.session.retry()
    state = rig.until(lambda state: state.answer is None and last(state)[0] == "Better.")
    assert last(state) == ("Better.", 1, 1)


def test_continued_answers_stay_one_branch(new_rig: Rigs) -> None:
    rig = new_rig(
        script=lambda: FakeEngine([Reply(("Half",), reason="length"), Reply((" and whole.",))])
    )
    rig.ready()
    rig.session.send("Question")
    rig.answered(1)
    rig.session.continue_answer()
    state = rig.until(lambda state: state.answer is None and "whole" in last(state)[0])
    assert last(state) == ("Half and whole.", 1, 1)
