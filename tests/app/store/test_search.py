"""Full-text search in a real file."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.store import ConversationStore


def found(store: ConversationStore, text: str) -> list[str]:
    return [hit.snippet for hit in store.search(text)]


TEXTS = (
    "The quick brown fox",
    "Über den Wolken muß die Freiheit wohl grenzenlos sein",
    "今天北京的天气很好。我想去公园",
    "私は先週京都に行きました",
    "Die Eisenbahnbrücke ist gesperrt",
    'He said "well-known" user_name C++ don\'t',
    "def getUserName(self): ...",
    "я люблю Москву",
    "一个去北京",
)


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("quick", [0]),
        ("QUICK fox", [0]),
        ("fox qui", [0]),
        ("qui fox", [0]),  # a word's beginning in the middle: found inside
        ("uber", [1]),
        ("WOLKEN Freih", [1]),
        ("北京", [8, 2]),
        ("天气很", [2]),
        ("公园", [2]),
        ("京都", [3]),
        ("bahn", [4]),
        ("bahnbruck", []),
        ("bahnbrück", [4]),
        ("well-known", [5]),
        ("user_name", [5]),
        ("c++", [5]),
        ("username", [6]),
        ("моск", [7]),
        ("nowhere", []),
        ("fox wolken", []),
        ("ck", [4, 0]),
        ("天", [2]),
        ("園", []),
        ("园", [2]),
        ("よ 京", []),
        ("京 た", [3]),
        ("た", [3]),
    ],
)
def test_words_and_parts_of_words_are_found(
    store: ConversationStore, query: str, numbers: list[int]
) -> None:
    chat = store.create("untitled")
    ids = [store.add_message(chat, "user", text) for text in TEXTS]
    hits = store.search(query)
    assert [hit.message_id for hit in hits] == [ids[number] for number in numbers]
    assert all("\x02" in hit.snippet for hit in hits)


@pytest.mark.parametrize(
    "query",
    [
        *('"', "'", "(", ")", "*", "^", ":", "-", "AND", "OR", "NOT", "NEAR(", "a AND", "text:"),
        *('"a', "a*b", "{a}", "a + b", "\x00", "\ud83c", "🌳", "%", "_", "\\", ";--", "\u0308"),
        *("x" * 5_000, "a " * 5_000, "\U000e0001", "\u200d", "北" * 2_000),
    ],
)
def test_no_query_is_an_error(store: ConversationStore, query: str) -> None:
    chat = store.create("Title (a) AND *")
    store.add_message(chat, "user", 'text: "a" AND (b) \x00 % _ 🌳 \\ ab\x00')
    store.search(query)
    store.search(f"a {query}")
    store.search(f"{query}b")


def test_any_noise_can_be_searched_for(store: ConversationStore) -> None:
    chance = random.Random(5)
    letters = 'ab"*()-:^{}+.,北京é\x00\x03\ud83c '
    chat = store.create("noise")
    for _ in range(40):
        text = "".join(chance.choices(letters, k=30))
        store.add_message(chat, "user", text)
    for _ in range(300):
        store.search("".join(chance.choices(letters, k=chance.randrange(1, 9))))


def test_the_search_follows_every_change(store: ConversationStore, database: Path) -> None:
    chat = store.create("c")
    question = store.add_message(chat, "user", "alpha")
    reply = store.add_message(chat, "assistant", "")
    store.update_answer(reply, "beta bet", "running", None, None)
    assert found(store, "beta") == [], "not while it is being written"
    store.update_answer(reply, "beta done", "complete", None, None)
    store.update_answer(reply, "beta done", "complete", None, None)
    assert found(store, "beta") == ["\x02beta\x03 done"]
    store.update_answer(reply, "beta done", "running", None, None)
    assert found(store, "beta") == []
    store.update_answer(reply, "gamma", "stopped", None, None)
    assert (found(store, "beta"), found(store, "gamma")) == ([], ["\x02gamma\x03"])
    store.add_sibling(question, "alphabet")
    assert found(store, "alpha") == ["\x02alpha\x03bet", "\x02alpha\x03"], "on all branches"
    store.delete_message(question)
    assert found(store, "alpha") == ["\x02alpha\x03bet"]
    store.close()
    with closing(sqlite3.connect(database)) as connection:
        for index in ("message_words", "message_pieces"):
            connection.execute(f"INSERT INTO {index} ({index}) VALUES ('integrity-check')")


def test_what_a_crash_cut_off_is_found(store: ConversationStore, database: Path) -> None:
    reply = store.add_message(store.create("c"), "assistant", "")
    store.update_answer(reply, "half a thought", "running", None, None)
    other = ConversationStore(database)
    assert found(other, "thought") == ["half a \x02thought\x03"]
    other.close()


def test_titles_come_first_and_each_chat_once_for_its_title(store: ConversationStore) -> None:
    both = store.create("Oak trees", "The oak grows")
    only = store.create("Éoak: Oak")
    store.create("Other", "A kloak")
    hits = store.search("oak")
    assert [(hit.title, hit.message_id is None) for hit in hits] == [
        ("Éoak: Oak", True),
        ("Oak trees", False),
        ("Other", False),
    ]
    assert hits[0].snippet == "Éoak: \x02Oak\x03"
    assert [hit.conversation_id for hit in hits[:2]] == [only, both]
    store.rename(only, "Elm")
    assert [hit.title for hit in store.search("elm")] == ["Elm"]
    assert len(store.search("oak", limit=1)) == 1


def test_one_chat_does_not_crowd_out_the_others(store: ConversationStore) -> None:
    old = store.create("old", "an oak")
    chat = store.create("new")
    for _ in range(100):
        store.add_message(chat, "user", "oak again")
    hits = store.search("oak")
    assert [hit.conversation_id for hit in hits] == [chat] * 3 + [old]
    newest = [hit.message_id for hit in hits[:3]]
    assert newest == sorted(newest, key=lambda id_: -(id_ or 0))


def test_a_long_chat_with_a_word_everywhere_does_not_hide_the_others(
    store: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.store.search.MOST_LOOKED_AT", 10)
    old = store.create("old", "an oak")
    chat = store.create("new")
    for _ in range(40):
        store.add_message(chat, "user", "oak again")
    other = store.create("other", "oaks")
    assert [hit.conversation_id for hit in store.search("oak")] == [other, chat, chat, chat, old]
