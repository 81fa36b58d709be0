"""Folders, pins, settings and deleting with undo, in a real file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.chat_settings import ChatSettings
from app.savings import Usage
from app.session_state import Attachment, Folder
from app.store import ConversationStore
from app.store.rows import settings_from_json
from runtime.errors import CoterieError
from runtime.protocol.messages import Reasoning, Sampling
from tests.app.answers import answer

SETTINGS = ChatSettings(
    "You are brief. 🌳", Sampling(temperature=0.1, stop=("END",)), 100, Reasoning("on", "low"), "p"
)


def titles(store: ConversationStore, limit: int = 500) -> list[str]:
    return [summary.title for summary in store.summaries(limit)]


def test_folders_come_by_name_with_how_many_chats_they_hold(store: ConversationStore) -> None:
    work, art = store.new_folder("work"), store.new_folder("Art")
    first, second, third = (store.create(title) for title in "abc")
    for chat in (first, second, third):
        store.move_chat(chat, work)
    store.move_chat(third, None)
    assert store.folders() == (Folder(art, "Art", 0), Folder(work, "work", 2))
    assert store.conversation(first).folder_id == work
    store.delete(first)
    assert store.folders()[1].count == 1
    store.rename_folder(work, "Büro")
    assert [folder.name for folder in store.folders()] == ["Art", "Büro"]
    assert store.new_folder("Art") == art, "one of a name is enough"
    store.delete_folder(work)
    assert store.conversation(second).folder_id is None
    assert {summary.folder_id for summary in store.summaries()} == {None}
    assert store.new_folder("new") > work
    store.move_chat(second, work)
    assert store.conversation(second).folder_id is None


def test_pinned_and_foldered_chats_are_never_cut_off(store: ConversationStore) -> None:
    chats = [store.create(str(number)) for number in range(6)]
    store.pin(chats[0], True)
    store.move_chat(chats[1], store.new_folder("f"))
    assert titles(store, 2) == ["0", "5", "4", "1"]
    assert [s.pinned for s in store.summaries(1)] == [True, False, False]
    assert store.conversation(chats[0]).pinned
    store.pin(chats[0], False)
    assert titles(store) == ["5", "4", "3", "2", "1", "0"]


def test_a_deleted_chat_can_be_brought_back_whole(store: ConversationStore) -> None:
    chat = store.create("Trees", "Name an oak")
    reply = store.add_message(chat, "assistant", "")
    store.update_answer(reply, "Oak", "complete", answer(1.0), None)
    before = store.conversation(chat)
    store.delete(chat)
    assert titles(store) == []
    assert store.search("oak") == ()
    assert store.usage(chat) == Usage()
    assert store.model_uses() == ()
    with pytest.raises(CoterieError) as caught:
        store.tree(chat)
    assert caught.value.problem.kind == "conversation_gone"
    assert list(store.trees()) == []
    store.restore(chat)
    assert store.conversation(chat) == before
    assert len(store.search("oak")) == 2


def rows(database: Path) -> list[int]:
    """How many conversations, messages, attachments and entries of the search there are."""
    with closing(sqlite3.connect(database)) as connection:
        return [
            connection.execute(f"SELECT COUNT(*) FROM {counted}").fetchone()[0]
            for counted in (
                "conversations",
                "messages",
                "attachments",
                "message_words WHERE message_words MATCH 'oak'",
                "message_pieces WHERE message_pieces MATCH 'oak'",
            )
        ]


def test_after_ten_minutes_a_deleted_chat_is_removed(database: Path) -> None:
    clock = [1000.0]
    store = ConversationStore(database, now_s=lambda: clock[0])
    file = Attachment("a.txt", "text", "secret", 6)
    chat = store.create("Trees", "oak", attachments=(file,))
    store.add_sibling(store.conversation(chat).messages[0].id, "oak again")
    store.delete(chat)
    clock[0] += 599
    store.purge()
    assert rows(database) == [1, 2, 1, 2, 2]
    clock[0] += 2
    store.delete(chat)  # once more: it counts from the first time
    store.purge()
    assert rows(database) == [0, 0, 0, 0, 0]
    with pytest.raises(CoterieError) as caught:
        store.restore(chat)
    assert caught.value.problem.kind == "conversation_gone"
    store.close()


def test_what_an_earlier_run_deleted_is_removed_from_the_file(database: Path) -> None:
    store = ConversationStore(database, now_s=lambda: 9e9)
    chat = store.create("Trees", "Xylophonically secret oak")
    kept = store.create("Kept", "oak")
    store.delete(chat)
    store.close()
    again = ConversationStore(database, now_s=lambda: 1.0)
    assert titles(again) == ["Kept"]
    assert again.conversation(kept).messages[0].text == "oak"
    again.close()
    assert rows(database) == [1, 1, 0, 1, 1]
    assert b"Xylophonically secret" not in database.read_bytes()


def test_a_very_long_chat_is_removed_over_several_starts(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.store.chats.PURGE_S", 0.0)
    monkeypatch.setattr("app.store.chats.PURGED_AT_ONCE", 4)
    store = ConversationStore(database)
    chat = store.create("long", "oak 0")
    for number in range(1, 10):
        store.add_message(chat, "user", f"oak {number}")
    store.delete(chat)
    left = []
    for _ in range(4):
        store.close()
        store = ConversationStore(database)
        assert (store.summaries(), store.search("oak")) == ((), ())
        with pytest.raises(CoterieError):
            store.restore(chat)
        left.append(rows(database)[1])
    store.close()
    assert left == [6, 2, 0, 0]
    assert rows(database) == [0, 0, 0, 0, 0]


def test_settings_are_kept_per_chat(store: ConversationStore, database: Path) -> None:
    chat, other = store.create("a"), store.create("b")
    assert store.settings(chat) == ChatSettings()
    store.set_settings(chat, SETTINGS)
    store.close()
    again = ConversationStore(database)
    assert again.conversation(chat).settings == again.settings(chat) == SETTINGS
    assert again.settings(other) == ChatSettings()
    with pytest.raises(CoterieError):
        again.settings(99)
    again.close()


def test_what_is_set_for_the_new_chat_goes_to_it(store: ConversationStore) -> None:
    store.set_settings(None, SETTINGS)
    assert store.settings(None) == SETTINGS
    chat = store.create("a", "Hello")
    assert store.settings(chat) == SETTINGS
    assert store.settings(None) == ChatSettings()
    assert store.settings(store.create("b")) == ChatSettings()


def test_settings_with_half_a_letter_can_be_kept(store: ConversationStore) -> None:
    chat = store.create("a")
    store.set_settings(chat, ChatSettings(system_prompt="half \ud83c", max_tokens=3))
    assert store.settings(chat) == ChatSettings(
        system_prompt="half \N{REPLACEMENT CHARACTER}", max_tokens=3
    )


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ("", ChatSettings()),
        ("{", ChatSettings()),
        ("[1]", ChatSettings()),
        ('{"system_prompt": "kept", "max_tokens": "many"}', ChatSettings(system_prompt="kept")),
        ('{"max_tokens": -1, "safety": true}', ChatSettings(safety=True)),
        ('{"max_tokens": 5, "unheard_of": 1}', ChatSettings(max_tokens=5)),
    ],
)
def test_what_another_version_set_differently_is_the_default(
    stored: str, expected: ChatSettings
) -> None:
    assert settings_from_json(stored) == expected
