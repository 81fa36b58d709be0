"""Databases of every older version, of a newer one, and steps that fail."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.store import ConversationStore
from app.store.database import open_database
from app.store.migrations import MIGRATIONS, Migration
from runtime.errors import CoterieError

NEXT = MIGRATIONS[-1].number + 1
# Steps as later versions may have them: a column, a table filled from old rows.
LATER = (
    *MIGRATIONS,
    Migration(NEXT, ("ALTER TABLE conversations ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0",)),
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
