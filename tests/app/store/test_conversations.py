"""Conversations in a real SQLite file."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from app.savings import Usage
from app.session_state import Conversation, ConversationSummary
from app.store import ConversationStore
from runtime.errors import CoterieError, Problem
from tests.app.answers import answer

PROBLEM = Problem("engine_crashed", "The engine stopped", "It crashed", "Start it again.")


def reopened(store: ConversationStore, database: Path) -> ConversationStore:
    store.close()
    return ConversationStore(database)


def test_a_conversation_comes_back_whole(store: ConversationStore, database: Path) -> None:
    chat = store.create("Trees")
    store.add_message(chat, "user", "Name three.")
    reply = store.add_message(chat, "assistant", "", model_id="m")
    store.update_answer(reply, "Oak, ash, elm 🌳", "complete", answer(10.0), None)
    failed = store.add_message(chat, "assistant", "", model_id="m")
    store.update_answer(failed, "Oa", "failed", None, PROBLEM)

    again = reopened(store, database)
    found = again.conversation(chat)
    again.close()

    assert (found.id, found.title, found.draft) == (chat, "Trees", "")
    assert [(m.role, m.text, m.status, m.model_id) for m in found.messages] == [
        ("user", "Name three.", "complete", None),
        ("assistant", "Oak, ash, elm 🌳", "complete", "m"),
        ("assistant", "Oa", "failed", "m"),
    ]
    assert [m.stats for m in found.messages] == [None, answer(10.0), None]
    assert [m.problem for m in found.messages] == [None, None, PROBLEM]


def test_the_newest_changed_comes_first(store: ConversationStore) -> None:
    first, second = store.create("first"), store.create("second")
    assert [s.id for s in store.summaries()] == [second, first]
    store.add_message(first, "user", "again")
    assert [s.title for s in store.summaries()] == ["first", "second"]
    assert store.summaries(limit=1) == (ConversationSummary(first, "first", 1002.0),)


def test_a_name_or_a_draft_does_not_count_as_a_change(store: ConversationStore) -> None:
    first, second = store.create("first"), store.create("second")
    store.rename(first, "renamed")
    store.set_draft(first, "half a thought")
    assert [(s.id, s.title) for s in store.summaries()] == [(second, "second"), (first, "renamed")]


def test_a_draft_is_kept(store: ConversationStore, database: Path) -> None:
    chat, other = store.create("a"), store.create("b")
    store.set_draft(chat, "typed\nand not sent")
    store.set_draft(chat, "typed\nand not sent, yet")
    again = reopened(store, database)
    assert again.conversation(chat).draft == "typed\nand not sent, yet"
    assert again.conversation(other).draft == ""
    again.set_draft(chat, "")
    assert again.conversation(chat).draft == ""
    again.close()


def test_the_same_draft_writes_nothing(store: ConversationStore, database: Path) -> None:
    chat = store.create("a")
    store.set_draft(chat, "typed")
    wal = database.with_name("conversations.db-wal")
    before = wal.stat().st_size
    store.set_draft(chat, "typed")
    assert wal.stat().st_size == before


def test_usage_is_the_sum_of_a_conversation(store: ConversationStore) -> None:
    chat, other = store.create("a"), store.create("b")
    for joules in (10.0, 20.0):
        reply = store.add_message(chat, "assistant", "")
        store.update_answer(reply, "x", "complete", answer(joules), None)
    reply = store.add_message(other, "assistant", "")
    store.update_answer(reply, "x", "complete", answer(99.0), None)
    store.add_message(chat, "user", "no stats")
    assert store.usage(chat) == Usage(200, 80, 14, 30.0, 0.0, ("counter",))
    assert store.usage(store.create("empty")) == Usage()


def test_a_replaced_answer_goes_on_counting(store: ConversationStore, database: Path) -> None:
    chat = store.create("a")
    bad = store.add_message(chat, "assistant", "")
    store.update_answer(bad, "bad", "complete", answer(10.0), None)
    store.delete_message(bad)
    good = store.add_message(chat, "assistant", "")
    store.update_answer(good, "good", "complete", answer(20.0), None)
    again = reopened(store, database)
    assert again.usage(chat) == Usage(200, 80, 14, 30.0, 0.0, ("counter",))
    found = again.conversation(chat)
    assert [m.text for m in found.messages] == ["good"]
    assert found.spent == (answer(10.0),)
    assert found.every_run == (answer(10.0), answer(20.0))
    again.delete(chat)
    assert again.usage(chat) == Usage()
    again.close()


def test_every_run_of_a_continued_answer_counts_once(store: ConversationStore) -> None:
    chat = store.create("a")
    reply = store.add_message(chat, "assistant", "")
    store.update_answer(reply, "One", "stopped", answer(1.0), None)
    store.update_answer(reply, "One", "stopped", answer(1.0), None)  # saved once more
    assert store.usage(chat).joules == 1.0
    for text in ("One, two", "One, two, three"):
        store.update_answer(reply, text, "running", None, None)
    assert store.usage(chat).joules == 1.0
    store.update_answer(reply, "One, two, three.", "complete", answer(2.0), None)
    assert store.usage(chat).joules == 3.0
    assert store.conversation(chat).messages[0].stats == answer(2.0)


def test_a_new_chats_draft_is_kept(store: ConversationStore, database: Path) -> None:
    assert store.draft_of_new_chat() == ""
    store.set_draft(None, "not sent \ud83c")
    again = reopened(store, database)
    assert again.draft_of_new_chat() == "not sent \N{REPLACEMENT CHARACTER}"
    again.set_draft(None, "")
    assert again.draft_of_new_chat() == ""
    again.close()


def test_a_chat_begins_with_its_first_message(store: ConversationStore) -> None:
    chat = store.create("Trees", "Name three.")
    assert [(m.role, m.text) for m in store.conversation(chat).messages] == [
        ("user", "Name three.")
    ]


def test_deleting_takes_the_messages_along_and_no_id_comes_back(
    store: ConversationStore,
) -> None:
    chat = store.create("a")
    message = store.add_message(chat, "user", "x")
    store.delete_message(message)
    later = store.add_message(chat, "user", "y")
    assert later > message
    store.delete(chat)
    with pytest.raises(CoterieError) as caught:
        store.conversation(chat)
    assert caught.value.problem.kind == "conversation_gone"
    with pytest.raises(CoterieError) as caught:
        store.add_message(chat, "user", "z")
    assert caught.value.problem.kind == "conversation_gone"
    assert store.create("b") > chat


def test_an_answer_to_a_deleted_chat_changes_nothing(store: ConversationStore) -> None:
    chat = store.create("a")
    reply = store.add_message(chat, "assistant", "")
    store.delete(chat)
    store.update_answer(reply, "late", "complete", None, None)
    assert store.summaries() == ()


def test_what_a_crash_cut_off_is_stopped(store: ConversationStore, database: Path) -> None:
    chat = store.create("a")
    reply = store.add_message(chat, "assistant", "")
    store.update_answer(reply, "half", "running", None, None)
    # A second program sees it stopped as well; the first may go on.
    other = ConversationStore(database)
    assert [(m.text, m.status) for m in other.conversation(chat).messages] == [("half", "stopped")]
    other.close()
    store.update_answer(reply, "whole", "complete", None, None)
    assert [(m.text, m.status) for m in store.conversation(chat).messages] == [
        ("whole", "complete")
    ]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("\ud83c", "\N{REPLACEMENT CHARACTER}"),
        ("a\ud83c\udf33b", "a\N{DECIDUOUS TREE}b"),
        ("zero \x00 byte", "zero \x00 byte"),
        ("'; DROP TABLE messages; --", "'; DROP TABLE messages; --"),
        ("x" * 1_000_000, "x" * 1_000_000),
    ],
)
def test_any_text_can_be_kept(store: ConversationStore, text: str, kept: str) -> None:
    chat = store.create(text)
    store.set_draft(chat, text)
    store.add_message(chat, "user", text)
    found: Conversation = store.conversation(chat)
    assert (found.title, found.draft, found.messages[0].text) == (kept, kept, kept)


def test_conversations_are_private(store: ConversationStore, database: Path) -> None:
    store.create("secret")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in database.parent.iterdir()}
    assert modes == {0o600}
    assert len(list(database.parent.iterdir())) == 3


def test_closing_leaves_one_file(store: ConversationStore, database: Path) -> None:
    store.create("a")
    store.close()
    assert list(database.parent.iterdir()) == [database]
