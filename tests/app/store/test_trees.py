"""Whole chats out of the store and into it, and files that are wrong or hostile."""

from __future__ import annotations

import math
from dataclasses import replace as replaced
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from app.chat_settings import ChatSettings
from app.chat_tree import ChatTree, TreeAttachment, TreeMessage
from app.session_state import Attachment, Conversation
from app.store import ConversationStore
from runtime.errors import CoterieError
from tests.app.answers import answer

FILE = Attachment("a.txt", "text", "words", 5, 2)


def branched(store: ConversationStore) -> int:
    """A chat with two answers, the first of them shown and gone on from."""
    chat = store.create("Trees", "Name one", attachments=(FILE,))
    first = store.add_message(chat, "assistant", "", "m", reasoning="hm")
    store.update_answer(first, "Oak", "complete", answer(1.0), None, "hm")
    second = store.add_sibling(first, "Elm", model_id="other")
    store.add_message(chat, "user", "Why")
    store.show_sibling(second, -1)
    store.add_message(chat, "user", "More")
    store.pin(chat, True)
    store.move_chat(chat, store.new_folder("Wood"))
    store.set_settings(chat, ChatSettings(system_prompt="short"))
    return chat


def plain(conversation: Conversation) -> Conversation:
    """Without what is another's in another file: ids, and what of an attachment isn't exported."""
    messages = tuple(
        replaced(m, id=0, attachments=tuple(replaced(a, tokens=None) for a in m.attachments))
        for m in conversation.messages
    )
    return replaced(conversation, id=None, messages=messages)


def test_a_tree_comes_back_as_it_was(store: ConversationStore, tmp_path: Path) -> None:
    chat = branched(store)
    tree = store.tree(chat)
    assert [m.text for m in tree.messages] == ["Name one", "Oak", "Elm", "Why", "More"]
    assert tree.messages[0].attachments == (TreeAttachment("a.txt", "text", "words", 5),)
    assert tree.shown == tree.messages[-1].id
    file = msgspec.json.encode(tree)

    other = ConversationStore(tmp_path / "other.db")
    other.create("in the way", "so that ids differ")
    added = other.add_tree(msgspec.json.decode(file, type=ChatTree))
    assert plain(other.conversation(added)) == plain(store.conversation(chat))
    assert [(f.name, f.count) for f in other.folders()] == [("Wood", 1)]
    assert other.add_tree(tree) > added
    assert [(f.name, f.count) for f in other.folders()] == [("Wood", 2)]
    again = other.tree(added)
    assert [m.text for m in again.messages] == [m.text for m in tree.messages]
    assert (again.created_at_s, again.updated_at_s) == (tree.created_at_s, tree.updated_at_s)
    other.show_sibling(other.conversation(added).messages[1].id, 1)
    assert [m.text for m in other.conversation(added).messages] == ["Name one", "Elm", "Why"]
    assert [m.stats for m in other.tree(added).messages] == [m.stats for m in tree.messages]
    assert len(other.search("name")) == 2
    other.close()


def test_all_chats_come_with_the_newest_last(store: ConversationStore) -> None:
    chats = [store.create(title) for title in "abc"]
    store.add_message(chats[0], "user", "x")
    store.delete(chats[1])
    trees = store.trees()
    assert next(trees).title == "c"
    store.delete(chats[0])
    assert list(trees) == []


def message(id_: int, parent: int | None, role: str = "user") -> TreeMessage:
    return TreeMessage(id_, parent, role, str(id_))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "messages",
    [
        (message(1, 2), message(2, 1)),
        (message(1, None), message(2, 3), message(3, 2)),
        (message(1, 1),),
        (message(1, None), message(2, 7)),
        (message(1, None), message(1, None)),
        (message(1, None, "tool"),),
    ],
)
def test_messages_that_do_not_hang_together_are_refused(
    store: ConversationStore, messages: tuple[TreeMessage, ...]
) -> None:
    with pytest.raises(CoterieError) as caught:
        store.add_tree(ChatTree("hostile", messages, folder="f"))
    assert caught.value.problem.kind == "import_invalid"
    assert store.summaries() == () == store.folders()


def test_messages_in_any_order_find_their_parents(store: ConversationStore) -> None:
    messages = (message(9, 5), message(-4, 9), message(5, None), message(7, 5))
    chat = store.add_tree(ChatTree("t", messages))
    shown = store.conversation(chat).messages
    assert [(m.text, m.branch, m.branches) for m in shown] == [
        ("5", 1, 1),
        ("9", 2, 2),
        ("-4", 1, 1),
    ]
    chat = store.add_tree(ChatTree("t", messages, shown=7))
    assert [m.text for m in store.conversation(chat).messages] == ["5", "7"]
    chat = store.add_tree(ChatTree("t", messages, shown=99))
    assert [m.text for m in store.conversation(chat).messages] == ["5", "9", "-4"]


def test_values_no_row_can_hold_are_mended(store: ConversationStore) -> None:
    hostile = TreeMessage(
        2**70,
        None,
        "assistant",
        "half \ud83c",
        math.nan,
        "running",
        "m\ud83c",
        attachments=(TreeAttachment("n\ud83c", "text", "x\x00", 2**80),),
    )
    tree = ChatTree("t\ud83c", (hostile,), 5, math.inf, 1e300, folder="f\ud83c")
    chat = store.add_tree(replace(tree, settings=ChatSettings(system_prompt="\ud83c")))
    (summary,) = store.summaries()
    assert summary.updated_at_s < 2000, "a date in the future would stay on top for ever"
    (kept,) = store.conversation(chat).messages
    assert (kept.text, kept.status) == ("half \N{REPLACEMENT CHARACTER}", "stopped")
    assert kept.attachments[0].file_bytes == 2**63 - 1


def test_a_chain_of_any_length_can_be_brought_in(store: ConversationStore) -> None:
    count = 5_000
    messages = tuple(message(n, n - 1 if n else None) for n in range(count))
    chat = store.add_tree(ChatTree("long", messages))
    assert len(store.conversation(chat).messages) == count
    assert store.tree(chat).shown == store.conversation(chat).messages[-1].id
