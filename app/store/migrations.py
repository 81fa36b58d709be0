"""The database's tables as numbered steps, and how a file is brought up to the newest."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from app.store import migration_3, migration_4
from runtime.errors import CoterieError, Problem
from runtime.language import tr


@dataclass(frozen=True)
class Migration:
    """One step: `statements` turn a database of `number - 1` into one of `number`."""

    number: int
    statements: tuple[str, ...]


MIGRATIONS = (
    Migration(
        1,
        (
            # AUTOINCREMENT: the id of a deleted chat or message never comes back as another's.
            """CREATE TABLE conversations (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                title TEXT NOT NULL,
                draft TEXT NOT NULL DEFAULT '',
                created_at_s REAL NOT NULL,
                updated_at_s REAL NOT NULL
            )""",
            """CREATE TABLE messages (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                conversation_id INTEGER NOT NULL
                    REFERENCES conversations (id) ON DELETE CASCADE,
                role TEXT NOT NULL CHECK (role IN ('system', 'user', 'assistant')),
                text TEXT NOT NULL,
                status TEXT NOT NULL
                    CHECK (status IN ('complete', 'running', 'stopped', 'failed')),
                model_id TEXT,
                stats TEXT,
                problem TEXT,
                created_at_s REAL NOT NULL
            )""",
            "CREATE INDEX conversations_by_update ON conversations (updated_at_s DESC, id DESC)",
            "CREATE INDEX messages_by_conversation ON messages (conversation_id, id)",
            "CREATE INDEX messages_running ON messages (id) WHERE status = 'running'",
        ),
    ),
    Migration(
        2,
        (
            "CREATE TABLE new_chat (id INTEGER PRIMARY KEY CHECK (id = 1), draft TEXT NOT NULL)",
            "INSERT INTO new_chat (id, draft) VALUES (1, '')",
            # What answers took that were replaced, or continued and took something again.
            """CREATE TABLE spent (
                id INTEGER PRIMARY KEY,
                conversation_id INTEGER NOT NULL
                    REFERENCES conversations (id) ON DELETE CASCADE,
                stats TEXT NOT NULL
            )""",
            "CREATE INDEX spent_by_conversation ON spent (conversation_id, id)",
        ),
    ),
    Migration(3, migration_3.STATEMENTS),
    Migration(4, migration_4.STATEMENTS),
)


def migrate(
    connection: sqlite3.Connection, path: Path, migrations: tuple[Migration, ...] = MIGRATIONS
) -> None:
    """Apply what is missing, all or nothing, after a copy of a database that has something in it.

    `connection` is in autocommit mode. Raises CoterieError of kind "store_newer" for a database of
    a newer Coterie, which is left as it is.
    """
    newest = migrations[-1].number
    before = _version(connection)
    if before > newest:
        raise CoterieError(_newer(path))
    if before == newest:
        return
    if before > 0:
        _keep_copy(connection, path, before)
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Asked again: another Coterie may have done it while this one waited for the lock.
        applied = _version(connection)
        for migration in migrations:
            if migration.number > applied:
                _apply(connection, migration)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _apply(connection: sqlite3.Connection, migration: Migration) -> None:
    for statement in migration.statements:
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {migration.number}")


def _version(connection: sqlite3.Connection) -> int:
    number: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return number


def _keep_copy(connection: sqlite3.Connection, path: Path, version: int) -> None:
    """Write the database as it is to `<name>.version-<N>`, whole or not at all."""
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    with closing(sqlite3.connect(partial)) as copy:
        connection.backup(copy)
    partial.chmod(path.stat().st_mode)
    partial.replace(path.with_name(f"{path.name}.version-{version}"))


def _newer(path: Path) -> Problem:
    return Problem(
        "store_newer",
        tr("The conversations are from a newer Coterie"),
        tr("{path} was written by a newer version and is left as it is", path=path),
        tr("Start the newer version."),
    )
