"""Databases of every older version, of a newer one, and steps that fail."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from app.store import ConversationStore
from app.store.database import open_database
from app.store.migrations import MIGRATIONS, Migration
from runtime.errors import CoterieError, Problem
from tests.app.answers import answer

NEXT = MIGRATIONS[-1].number + 1
# Steps as later versions may have them: a column, a table filled from old rows.
LATER = (
    *MIGRATIONS,
    Migration(NEXT, ("ALTER TABLE conversations ADD COLUMN colour INTEGER NOT NULL DEFAULT 0",)),
    Migration(
        NEXT + 1,
        (
            "CREATE TABLE titles (title TEXT NOT NULL)",
            "INSERT INTO titles SELECT title FROM conversations",
        ),
    ),
)
BROKEN = (*MIGRATIONS, Migration(NEXT, ("CREATE TABLE half (x)", "CREATE TABLE half (x)")))


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "conversations.db"


def made_by(database: Path, migrations: tuple[Migration, ...]) -> None:
    """A database as the version with these steps leaves it, with a chat in it."""
    connection, _ = open_database(database, migrations)
    with closing(connection):
        connection.execute(
            "INSERT INTO conversations (title, created_at_s, updated_at_s) VALUES ('old', 1, 2)"
        )


def version(database: Path) -> int:
    with closing(sqlite3.connect(database)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def tables(database: Path) -> set[str]:
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return {name for (name,) in rows}


def test_the_steps_are_numbered_without_gaps() -> None:
    assert [migration.number for migration in MIGRATIONS] == list(range(1, len(MIGRATIONS) + 1))


@pytest.mark.parametrize("steps", range(1, len(LATER)))
def test_every_older_version_is_brought_up_and_a_copy_kept(database: Path, steps: int) -> None:
    made_by(database, LATER[:steps])

    store = ConversationStore(database, migrations=LATER)
    assert [summary.title for summary in store.summaries()] == ["old"]
    assert store.problem is None
    store.close()

    assert version(database) == LATER[-1].number
    assert "titles" in tables(database)
    copy = database.with_name(f"conversations.db.version-{steps}")
    assert version(copy) == steps
    assert copy.stat().st_mode == database.stat().st_mode
    assert {path.name for path in database.parent.iterdir()} == {database.name, copy.name}


def test_the_newest_is_left_alone(database: Path) -> None:
    made_by(database, MIGRATIONS)
    ConversationStore(database).close()
    assert [path.name for path in database.parent.iterdir()] == [database.name]


def test_an_empty_file_is_a_new_database(database: Path) -> None:
    database.touch()
    ConversationStore(database).close()
    assert version(database) == MIGRATIONS[-1].number


def test_a_step_that_fails_leaves_all_as_it_was(database: Path) -> None:
    made_by(database, MIGRATIONS)
    with pytest.raises(CoterieError) as caught:
        ConversationStore(database, migrations=BROKEN)
    assert caught.value.problem.kind == "store_unavailable"
    assert version(database) == MIGRATIONS[-1].number
    assert "half" not in tables(database)
    store = ConversationStore(database)
    assert [summary.title for summary in store.summaries()] == ["old"]
    store.close()


def test_a_newer_version_is_refused_with_a_sentence_and_left_alone(database: Path) -> None:
    made_by(database, LATER)
    before = database.read_bytes()
    with pytest.raises(CoterieError) as caught:
        ConversationStore(database)
    assert caught.value.problem.kind == "store_newer"
    assert caught.value.problem.one_line() == (
        f"The conversations are from a newer Coterie: {database} was written by a newer version "
        "and is left as it is. Start the newer version."
    )
    assert database.read_bytes() == before
    assert [path.name for path in database.parent.iterdir()] == [database.name]


STATS = msgspec.json.encode(answer(5.0)).decode()
PROBLEM = '{"kind":"k","title":"t","message":"m","remedy":"r"}'


def write_as_then(database: Path, steps: int) -> None:
    """Two chats as version `steps` wrote them, their messages in turn, one cut off by a crash."""
    connection, _ = open_database(database, MIGRATIONS[:steps])
    with closing(connection):
        for number in (1, 2):
            connection.execute(
                "INSERT INTO conversations (title, draft, created_at_s, updated_at_s)"
                " VALUES (?, ?, ?, ?)",
                (f"chat {number}", f"draft {number}", number, 10 + number),
            )
        for number in range(1, 7):
            chat = 1 + number % 2
            connection.execute(
                "INSERT INTO messages (conversation_id, role, text, status, model_id, stats,"
                " problem, created_at_s) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(chat, "assistant" if number > 2 else "user", f"Straße {number}"),
                    *("running" if number == 6 else "complete", "m" if number > 2 else None),
                    *(STATS if number == 3 else None, PROBLEM if number == 5 else None, number),
                ),
            )
        connection.execute("DELETE FROM messages WHERE id = 4")
        if steps > 1:
            connection.execute("UPDATE new_chat SET draft = 'unsent'")
            connection.execute("INSERT INTO spent (conversation_id, stats) VALUES (1, ?)", (STATS,))


@pytest.mark.parametrize("steps", [1, 2])
def test_a_file_of_an_older_version_comes_through_whole(database: Path, steps: int) -> None:
    write_as_then(database, steps)
    store = ConversationStore(database)
    first, second = store.conversation(1), store.conversation(2)
    assert (first.title, first.draft, second.draft) == ("chat 1", "draft 1", "draft 2")
    assert [(m.id, m.role, m.text, m.status, m.created_at_s) for m in first.messages] == [
        (2, "user", "Straße 2", "complete", 2.0),
        (6, "assistant", "Straße 6", "stopped", 6.0),
    ]
    assert [(m.text, m.model_id, m.stats, m.branches) for m in second.messages] == [
        ("Straße 1", None, None, 1),
        ("Straße 3", "m", answer(5.0), 1),
        ("Straße 5", "m", None, 1),
    ]
    assert second.messages[2].problem == Problem("k", "t", "m", "r")
    assert first.spent == ((answer(5.0),) if steps > 1 else ())
    assert store.draft_of_new_chat() == ("unsent" if steps > 1 else "")
    assert [(s.id, s.updated_at_s) for s in store.summaries()] == [(2, 12.0), (1, 11.0)]
    assert [hit.message_id for hit in store.search("strasse")] == []
    assert {hit.message_id for hit in store.search("Straße")} == {1, 2, 3, 5, 6}
    added = store.add_message(1, "user", "goes on")
    assert [m.id for m in store.conversation(1).messages] == [2, 6, added]
    store.close()

    copy = database.with_name(f"conversations.db.version-{steps}")
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT COUNT(*) FROM messages").fetchone() == (5,)
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
