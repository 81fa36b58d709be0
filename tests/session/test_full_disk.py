"""When nothing can be saved any more: it is told, and what was typed or received stays in view."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest

from app.answer_record import AnswerRecord
from app.store import ConversationStore
from runtime.fake_engine import FakeEngine, Reply
from tests.session.rig import Rig


def _lock(rig: Rig) -> sqlite3.Connection:
    """Another program holds the database's write lock, as a full disk would refuse writes."""
    other = sqlite3.connect(rig.database)
    other.execute("BEGIN IMMEDIATE")
    rig.store._connection.execute("PRAGMA busy_timeout = 10")
    return other


def test_a_message_that_cant_be_stored_goes_back_to_the_field(rig: Rig) -> None:
    other = _lock(rig)
    rig.session.send("Precious words")
    assert rig.state.conversation.draft == "Precious words"
    assert rig.state.conversation.messages == ()
    assert len(rig.state.notices) == 1
    other.close()
    rig.session.send(rig.state.conversation.draft)
    rig.answered(1)


def test_an_answer_that_cant_be_stored_stays_in_view(new_rig: Callable[..., Rig]) -> None:
    rig = new_rig(script=lambda: FakeEngine((Reply(("Long ", "thought"), hold=True),)))
    rig.ready()
    rig.session.send("Think")
    rig.until(lambda state: state.answer is not None and state.answer.text == "Long thought")
    other = _lock(rig)
    rig.engine.finish()
    state = rig.answered(1)
    assert rig.texts()[-1] == ("assistant", "Long thought")
    assert len(state.notices) == 1
    other.close()


def test_a_lock_in_the_middle_of_an_answer_loses_nothing_and_is_told_once(
    new_rig: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.answer_record.SAVE_EVERY_S", 0.0)
    replies = (Reply(("A ", "long ", "thought")), Reply(("Next",)))
    rig = new_rig(script=lambda: FakeEngine(replies))
    rig.ready()
    rig.session.send("Think")
    chat = rig.state.conversation.id
    other = _lock(rig)
    state = rig.answered(1)
    assert rig.texts()[-1] == ("assistant", "A long thought")
    assert state.conversation.messages[-1].status == "complete"
    assert [notice.kind for notice in state.notices] == ["store_busy"]
    assert rig.store.conversation(chat).messages[-1].text == ""
    rig.session.new_chat()
    rig.session.open_chat(chat)
    assert rig.texts()[-1] == ("assistant", "A long thought"), "in view, although not on disk yet"
    other.close()
    rig.session.send("More")
    rig.answered(2)
    stored = rig.store.conversation(chat)
    assert [m.text for m in stored.messages] == ["Think", "A long thought", "More", "Next"]
    assert stored.messages[1].stats == state.conversation.messages[-1].stats


def test_closing_saves_what_a_lock_had_refused(new_rig: Callable[..., Rig]) -> None:
    rig = new_rig(script=lambda: FakeEngine((Reply(("Long ", "thought")),)))
    rig.ready()
    rig.session.send("Think")
    chat = rig.state.conversation.id
    other = _lock(rig)
    rig.answered(1)
    other.close()
    rig.session.close()
    again = ConversationStore(rig.database)
    answer = again.conversation(chat).messages[-1]
    again.close()
    assert (answer.text, answer.status) == ("Long thought", "complete")


def test_tries_to_save_come_more_seldom_while_they_fail(rig: Rig) -> None:
    row = rig.store.add_message(rig.store.create("a"), "assistant", "")
    record = AnswerRecord(rig.store, row, None, 0.0)
    other = _lock(rig)
    told = {
        now_s: record.went_on("Text", "", now_s) for now_s in (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0)
    }
    assert [now_s for now_s, problem in told.items() if problem is not None] == [1.0]
    other.close()
    assert record.went_on("More", "", 14.9) is None
    assert rig.store.conversation(1).messages[-1].text == ""
    record.went_on("More", "", 15.0)
    assert rig.store.conversation(1).messages[-1].text == "More"
