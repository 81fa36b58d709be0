"""Branches of a conversation in a real file: made, walked, deleted, counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.savings import Usage
from app.session_state import Attachment, MessageView
from app.store import ConversationStore
from runtime.errors import CoterieError
from tests.app.answers import answer

NOTES = Attachment("notes.md", "markdown", "# Trees\n🌳", 12, 5)
CODE = Attachment("a.py", "code", "print()", 7)


def shown(store: ConversationStore, chat: int) -> list[str]:
    """Each text with its place, as `text 2/3`; without when it is alone."""
    return [
        m.text if m.branches == 1 else f"{m.text} {m.branch}/{m.branches}"
        for m in store.conversation(chat).messages
    ]


def filled(store: ConversationStore, *texts: str) -> tuple[int, dict[str, int]]:
    """A chat of questions and answers in turn, and each one's id."""
    chat = store.create("a")
    ids = {}
    for number, text in enumerate(texts):
        ids[text] = store.add_message(chat, "assistant" if number % 2 else "user", text)
        if number % 2:
            store.update_answer(ids[text], text, "complete", answer(1.0), None)
    return chat, ids


def test_a_sibling_is_shown_with_nothing_below_it(store: ConversationStore) -> None:
    chat, ids = filled(store, "q", "a", "q2", "a2")
    other = store.add_sibling(ids["q2"], "q2b")
    assert shown(store, chat) == ["q", "a", "q2b 2/2"]
    assert store.conversation(chat).messages[-1].role == "user"
    assert store.conversation(chat).messages[-1].status == "complete"
    store.add_message(chat, "assistant", "a2b")
    assert shown(store, chat) == ["q", "a", "q2b 2/2", "a2b"]
    store.add_sibling(other, "q2c")
    assert shown(store, chat) == ["q", "a", "q2c 3/3"]


def test_a_sibling_of_an_answer_runs_until_it_is_ended(store: ConversationStore) -> None:
    chat, ids = filled(store, "q", "a")
    other = store.add_sibling(ids["a"], "", model_id="m", running=True)
    message = store.conversation(chat).messages[-1]
    assert (message.role, message.model_id, message.status) == ("assistant", "m", "stopped")
    store.update_answer(other, "b", "complete", answer(2.0), None, "hm")
    message = store.conversation(chat).messages[-1]
    assert (message.text, message.status, message.reasoning) == ("b", "complete", "hm")


def test_an_answer_that_just_ended_is_told_its_place(store: ConversationStore) -> None:
    _, ids = filled(store, "q", "a")
    row = store.add_sibling(ids["a"], "", model_id="m", running=True)
    store.update_answer(row, "b", "complete", answer(2.0), None)
    shown_now = store.conversation(1).messages[-1]
    ended = MessageView(row, "assistant", "b", "complete", "m", answer(2.0))
    assert store.placed(ended) == shown_now
    assert (shown_now.branch, shown_now.branches) == (2, 2)
    assert store.placed(MessageView(99, "user", "x")) == MessageView(99, "user", "x")


def test_a_first_message_can_have_siblings(store: ConversationStore) -> None:
    chat, ids = filled(store, "q", "a")
    other, _ = filled(store, "elsewhere")
    store.add_sibling(ids["q"], "q2")
    assert shown(store, chat) == ["q2 2/2"]
    assert shown(store, other) == ["elsewhere"]
    store.show_sibling(ids["q"], 0)
    assert shown(store, chat) == ["q 1/2", "a"]


def test_below_a_sibling_all_is_as_it_was_last_shown(
    store: ConversationStore, database: Path
) -> None:
    chat, ids = filled(store, "q", "a", "q2", "a2")
    again = store.add_sibling(ids["a2"], "a2b")
    store.show_sibling(again, -1)
    edited = store.add_sibling(ids["q2"], "q2b")
    assert shown(store, chat) == ["q", "a", "q2b 2/2"]
    store.close()
    reopened = ConversationStore(database)
    reopened.show_sibling(edited, -1)
    assert shown(reopened, chat) == ["q", "a", "q2 1/2", "a2 1/2"]
    reopened.show_sibling(ids["a2"], 1)
    reopened.show_sibling(ids["q2"], 1)
    reopened.show_sibling(edited, -1)
    assert shown(reopened, chat) == ["q", "a", "q2 1/2", "a2b 2/2"]
    reopened.show_sibling(again, 1)
    assert shown(reopened, chat)[-1] == "a2b 2/2", "the last stays"
    reopened.close()


def test_a_message_on_another_branch_is_brought_into_view(store: ConversationStore) -> None:
    chat, ids = filled(store, "q", "a", "q2", "a2")
    store.add_sibling(ids["a2"], "a2b")
    store.add_sibling(ids["a"], "b")
    assert shown(store, chat) == ["q", "b 2/2"]
    store.show_message(ids["a2"])
    assert shown(store, chat) == ["q", "a 1/2", "q2", "a2 1/2"]
    store.show_message(ids["q"])
    assert shown(store, chat) == ["q", "a 1/2", "q2", "a2 1/2"]


@pytest.mark.parametrize(
    ("deleted", "left"),
    [
        ("q", ["a", "q2", "a2"]),
        ("a", ["q", "q2", "a2"]),
        ("a2", ["q", "a", "q2"]),
    ],
)
def test_what_is_below_a_deleted_message_moves_up(
    store: ConversationStore, deleted: str, left: list[str]
) -> None:
    chat, ids = filled(store, "q", "a", "q2", "a2")
    store.delete_message(ids[deleted])
    assert shown(store, chat) == left
    assert store.usage(chat).joules == 2.0


def test_when_the_shown_sibling_is_deleted_a_neighbour_is_shown(
    store: ConversationStore,
) -> None:
    chat, ids = filled(store, "q", "a")
    second = store.add_sibling(ids["a"], "b")
    third = store.add_sibling(ids["a"], "c")
    store.show_sibling(third, -1)
    store.delete_message(second)
    assert shown(store, chat) == ["q", "a 1/2"]
    store.delete_message(ids["a"])
    assert shown(store, chat) == ["q", "c"]
    store.delete_message(third)
    assert shown(store, chat) == ["q"]
    store.delete_message(third)


def test_the_rest_stays_in_view_when_a_branch_above_it_is_deleted(
    store: ConversationStore,
) -> None:
    chat, ids = filled(store, "q", "a")
    other = store.add_sibling(ids["a"], "b")
    store.add_message(chat, "user", "q2")
    store.delete_message(other)
    assert shown(store, chat) == ["q", "q2 2/2"]
    store.show_sibling(ids["a"], 0)
    assert shown(store, chat) == ["q", "a 1/2"]


def test_deleting_a_hidden_message_changes_nothing_in_view(store: ConversationStore) -> None:
    chat, ids = filled(store, "q", "a", "q2")
    other = store.add_sibling(ids["a"], "b")
    store.delete_message(ids["a"])
    assert shown(store, chat) == ["q", "b 2/2"]
    store.show_sibling(other, -1)
    assert shown(store, chat) == ["q", "q2 1/2"]


def test_what_is_not_shown_goes_on_counting(store: ConversationStore) -> None:
    chat, ids = filled(store, "q", "a", "q2", "a2")
    store.update_answer(store.add_sibling(ids["a"], ""), "b", "complete", answer(10.0), None)
    found = store.conversation(chat)
    assert [stats.energy.joules for stats in found.spent] == [1.0, 1.0]
    assert sum(stats.energy.joules for stats in found.every_run) == 12.0
    assert store.usage(chat).joules == 12.0
    assert Usage.of(found.every_run) == store.usage(chat)


def test_attachments_and_thinking_are_kept(store: ConversationStore, database: Path) -> None:
    chat = store.create("a", "Look", attachments=(NOTES, CODE))
    store.add_message(chat, "assistant", "", reasoning="hm")
    second = store.add_message(chat, "user", "And this", attachments=[CODE])
    third = store.add_sibling(second, "And that", attachments=(NOTES,))
    store.create("b", "Other", attachments=(NOTES,))
    store.close()
    again = ConversationStore(database)
    messages = again.conversation(chat).messages
    assert [m.attachments for m in messages] == [(NOTES, CODE), (), (NOTES,)]
    assert [m.reasoning for m in messages] == ["", "hm", ""]
    assert [m.created_at_s for m in messages] == sorted(m.created_at_s for m in messages)
    again.delete_message(third)
    assert again.conversation(chat).messages[-1].attachments == (CODE,)
    count = again._connection.execute("SELECT COUNT(*) FROM attachments").fetchone()[0]
    assert count == 4
    again.close()


@pytest.mark.parametrize("command", ["add_sibling", "show_sibling", "show_message"])
def test_a_message_that_is_gone_is_said(store: ConversationStore, command: str) -> None:
    arguments = {"add_sibling": (7, "x"), "show_sibling": (7, 1), "show_message": (7,)}[command]
    with pytest.raises(CoterieError) as caught:
        getattr(store, command)(*arguments)
    assert caught.value.problem.kind == "conversation_gone"


YEAR_S = 365 * 86_400.0


@pytest.mark.parametrize("jump_s", [YEAR_S, -YEAR_S])
def test_a_clock_that_is_set_changes_no_order(database: Path, jump_s: float) -> None:
    clock = [2 * YEAR_S]
    store = ConversationStore(database, now_s=lambda: clock[0])
    used, other = store.create("used"), store.create("other")
    store.add_message(used, "user", "1")
    for number, step_s in enumerate((jump_s, 1.0, -jump_s, 1.0), start=2):
        clock[0] += step_s
        store.add_message(used, "user", str(number))
        assert [s.title for s in store.summaries()] == ["used", "other"]
    assert shown(store, used) == ["1", "2", "3", "4", "5"]
    newer = store.create("newer")
    store.add_message(other, "user", "x")
    assert [s.id for s in store.summaries()] == [other, newer, used]
    store.close()
