"""What answers took as rows: written with the answer, kept without it, made of older files."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from app.chat_tree import ChatTree, TreeMessage
from app.dashboard.run import Run, RunFacts
from app.store import ConversationStore
from app.store.database import open_database
from app.store.migrations import MIGRATIONS
from runtime.errors import CoterieError
from runtime.protocol.messages import GenerationStats
from tests.app.answers import answer

FACTS = RunFacts("Q4_1", "0.3.36", "n_gpu_layers=3", 4096, True, (10.5, 20.25), True)


def run(ended_at_s: float, model_id: str = "m", joules: float = 1.0) -> Run:
    return Run(0, ended_at_s, model_id, answer(joules), facts=FACTS)


def asked(store: ConversationStore) -> tuple[int, int]:
    """A chat and its answer, which is running."""
    chat = store.create("Trees", "Name one")
    return chat, store.add_message(chat, "assistant", "", "m")


def test_a_run_is_kept_with_its_answer(store: ConversationStore) -> None:
    chat, reply = asked(store)
    store.update_answer(reply, "Oak", "complete", answer(2.0), None, run=run(5.0, joules=2.0))
    (kept,) = store.runs()
    assert kept == Run(kept.id, 5.0, "m", answer(2.0), chat, reply, FACTS)
    assert len(store.runs()) == 1


def test_an_answer_saved_once_more_is_the_same_run(store: ConversationStore) -> None:
    _, reply = asked(store)
    for _ in range(2):
        store.update_answer(reply, "Oak", "complete", answer(1.0), None, run=run(5.0))
    assert len(store.runs()) == 1


def test_each_time_an_answer_is_continued_is_a_run(store: ConversationStore) -> None:
    _, reply = asked(store)
    for ended_at_s in (5.0, 9.0):
        store.update_answer(reply, "Oak", "stopped", answer(1.0), None, run=run(ended_at_s))
        store.update_answer(reply, "Oak, ash", "running", None, None)
    assert [(kept.ended_at_s, kept.message_id) for kept in store.runs()] == [
        (5.0, reply),
        (9.0, reply),
    ]


def test_what_a_disk_refuses_leaves_neither_answer_nor_run(store: ConversationStore) -> None:
    chat, reply = asked(store)
    store._connection.execute("DROP TABLE runs")
    with pytest.raises(CoterieError):
        store.update_answer(reply, "Oak", "complete", answer(1.0), None, run=run(5.0))
    assert store.conversation(chat).messages[-1].text == ""


def test_a_run_outlives_its_answer_and_its_chat(store: ConversationStore, database: Path) -> None:
    chat, reply = asked(store)
    store.update_answer(reply, "Oak", "complete", answer(1.0), None, run=run(5.0))
    other = store.add_sibling(reply, "", model_id="m", running=True)
    store.update_answer(other, "Ash", "complete", answer(1.0), None, run=run(6.0))
    store.delete_message(reply)
    assert [(r.conversation_id, r.message_id) for r in store.runs()] == [
        (chat, None),
        (chat, other),
    ]
    store.delete(chat)
    assert [r.conversation_id for r in store.runs()] == [chat, chat], "it can still come back"
    with closing(ConversationStore(database)) as again:
        assert [(r.ended_at_s, r.conversation_id, r.message_id) for r in again.runs()] == [
            (5.0, None, None),
            (6.0, None, None),
        ]


def test_an_answer_deleted_meanwhile_took_what_it_took(store: ConversationStore) -> None:
    _, reply = asked(store)
    store.delete_message(reply)
    store.update_answer(reply, "Oak", "complete", answer(1.0), None, run=run(5.0))
    (kept,) = store.runs()
    assert (kept.conversation_id, kept.message_id, kept.facts) == (None, None, FACTS)


@pytest.mark.parametrize(
    ("since_s", "until_s", "model_id", "expected"),
    [
        (None, None, None, [1.0, 2.0, 3.0, 4.0]),
        (2.0, None, None, [2.0, 3.0, 4.0]),
        (None, 2.0, None, [1.0]),
        (2.0, 4.0, None, [2.0, 3.0]),
        (None, None, "m", [1.0, 3.0]),
        (2.0, 4.0, "n", [2.0]),
        (None, None, "nobody", []),
    ],
)
def test_runs_of_a_time_and_a_model(
    store: ConversationStore,
    since_s: float | None,
    until_s: float | None,
    model_id: str | None,
    expected: list[float],
) -> None:
    for ended_at_s, model in ((4.0, "n"), (1.0, "m"), (3.0, "m"), (2.0, "n")):
        store.add_run(run(ended_at_s, model))
    assert [kept.ended_at_s for kept in store.runs(since_s, until_s, model_id)] == expected
    assert len(store.runs()) == 4


def test_numbers_of_another_version_are_left_out(store: ConversationStore) -> None:
    store.add_run(run(1.0))
    store._connection.execute("INSERT INTO runs (ended_at_s, model_id, stats) VALUES (2, 'm', '7')")
    store._connection.execute(
        "INSERT INTO runs (ended_at_s, model_id, stats, facts)"
        " SELECT 3, 'm', stats, '{\"quant\":7}' FROM runs WHERE ended_at_s = 1"
    )
    assert [(r.ended_at_s, r.facts) for r in store.runs()] == [(1.0, FACTS), (3.0, RunFacts())]


def test_an_imported_chat_ran_elsewhere(store: ConversationStore) -> None:
    store.add_tree(
        ChatTree(
            "Trees",
            (
                TreeMessage(1, None, "user", "Name one"),
                TreeMessage(2, 1, "assistant", "Oak", stats=answer(1.0), model_id="m"),
            ),
        )
    )
    assert len(store.runs()) == 0


# Older files


def numbers(elapsed_s: float, completion_tokens: int = 7) -> GenerationStats:
    stats = answer(5.0, completion_tokens=completion_tokens)
    return msgspec.structs.replace(stats, elapsed_s=elapsed_s)


class Older:
    """A database as version 3 left it."""

    def __init__(self, path: Path) -> None:
        self._connection, _ = open_database(path, MIGRATIONS[:3])
        self.close = self._connection.close

    def chat(self, created_at_s: float) -> int:
        row = self._connection.execute(
            "INSERT INTO conversations (title, created_at_s, updated_at_s) VALUES ('c', ?, ?)",
            (created_at_s, created_at_s + 500),
        )
        assert row.lastrowid is not None
        return row.lastrowid

    def answer(self, chat: int, at_s: float, stats: object, model_id: str | None = "m") -> int:
        row = self._connection.execute(
            "INSERT INTO messages (conversation_id, role, text, status, model_id, stats,"
            " created_at_s) VALUES (?, 'assistant', 'x', 'complete', ?, ?, ?)",
            (chat, model_id, _stored(stats), at_s),
        )
        assert row.lastrowid is not None
        return row.lastrowid

    def spent(self, chat: int, stats: object) -> None:
        self._connection.execute(
            "INSERT INTO spent (conversation_id, stats) VALUES (?, ?)", (chat, _stored(stats))
        )


def _stored(stats: object) -> object:
    encodes = isinstance(stats, GenerationStats)
    return msgspec.json.encode(stats).decode() if encodes else stats


@pytest.fixture
def old_file(tmp_path: Path) -> Path:
    return tmp_path / "older.db"


def test_the_runs_of_an_older_file(old_file: Path) -> None:
    older = Older(old_file)
    first, second = older.chat(100.0), older.chat(200.0)
    early = older.answer(first, 110.0, numbers(2.5))
    late = older.answer(second, 210.0, numbers(3.5), "n")
    unnamed = older.answer(second, 220.0, numbers(4.5), None)
    older.answer(second, 205.0, None)
    older.spent(first, numbers(5.5))
    older.spent(second, numbers(6.5))
    older.close()

    store = ConversationStore(old_file)
    assert [(r.ended_at_s, r.model_id, r.conversation_id, r.message_id) for r in store.runs()] == [
        (105.5, "m", first, None),
        (112.5, "m", first, early),
        (206.5, "", second, None),
        (213.5, "n", second, late),
        (224.5, "", second, unnamed),
    ]
    assert {r.facts for r in store.runs()} == {RunFacts()}
    assert sum(r.stats.energy.joules for r in store.runs()) == 25.0
    store.close()

    copy = old_file.with_name("older.db.version-3")
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (3,)
        assert connection.execute("SELECT COUNT(*) FROM spent").fetchone() == (2,)
    with closing(sqlite3.connect(old_file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_a_chat_that_was_exported_and_imported_ran_once(old_file: Path) -> None:
    older = Older(old_file)
    original, copied = older.chat(100.0), older.chat(300.0)
    reply = older.answer(original, 110.0, numbers(2.5))
    # As an older version wrote it, and as it is written now.
    older.answer(copied, 310.0, _stored(numbers(2.5)).replace(',"reasoning_tokens":0', ""))
    older.close()
    store = ConversationStore(old_file)
    assert [(r.ended_at_s, r.message_id) for r in store.runs()] == [(112.5, reply)]
    store.close()


@pytest.mark.parametrize(
    "stats",
    [
        numbers(1.5, completion_tokens=0),
        "",
        "not JSON",
        "7",
        "[]",
        '{"completion_tokens": "many", "elapsed_s": 1.5}',
    ],
)
def test_what_an_older_file_has_that_is_no_run(old_file: Path, stats: object) -> None:
    older = Older(old_file)
    chat = older.chat(100.0)
    older.answer(chat, 110.0, stats)
    older.spent(chat, stats)
    older.answer(chat, 120.0, numbers(2.5))
    older.close()
    store = ConversationStore(old_file)
    assert len(store.runs()) == 1
    assert [r.ended_at_s for r in store.runs()] == [122.5]
    store.close()


def test_two_runs_of_equal_length_are_two(old_file: Path) -> None:
    older = Older(old_file)
    chat = older.chat(100.0)
    older.answer(chat, 110.0, numbers(2.5, completion_tokens=7))
    older.answer(chat, 120.0, numbers(2.5, completion_tokens=8))
    older.close()
    store = ConversationStore(old_file)
    assert len(store.runs()) == 2
    store.close()
