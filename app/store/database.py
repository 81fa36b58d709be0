"""Opens the SQLite file so that an acknowledged write survives a crash or a power cut."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import suppress
from pathlib import Path

from app.set_aside import kept_as, set_aside
from app.store.migrations import MIGRATIONS, Migration, migrate
from runtime.errors import CoterieError, Problem
from runtime.language import tr

BUSY_TIMEOUT_S = 5.0
# Beyond this a full check after a crash would be felt at start (about 1 ms a MB).
CHECKED_BYTES = 64 * 1024**2
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def open_database(
    path: Path, migrations: tuple[Migration, ...] = MIGRATIONS
) -> tuple[sqlite3.Connection, Problem | None]:
    """A connection to the newest version of the database, made when it isn't there.

    A damaged file is set aside, a new one begun and the problem returned. Raises CoterieError of
    kind "store_unavailable" when the system refuses, or "store_newer".
    """
    try:
        try:
            return _connect(path, migrations), None
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            problem = _set_aside(path, error)
            return _connect(path, migrations), problem
    except (OSError, sqlite3.Error) as error:
        raise CoterieError(_unavailable(path, error)) from error


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file itself is broken, as opposed to locked, full or forbidden."""
    return _code(error) in _DAMAGE


def is_busy(error: sqlite3.Error) -> bool:
    """Whether another program kept its lock longer than we wait."""
    return _code(error) == sqlite3.SQLITE_BUSY


def _code(error: sqlite3.Error) -> int | None:
    """SQLite's number without its detail; None for an error that is Python's own."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def mark_damaged(path: Path) -> None:
    """Have the next start check the whole file, since damage was met while it was in use."""
    with suppress(OSError):
        _mark(path).touch()


def _connect(path: Path, migrations: tuple[Migration, ...]) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    doubtful = _is_doubtful(path)
    # Conversations are private; SQLite gives its -wal and -shm files the same mode.
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
    try:
        _use_wal(connection)
        connection.execute("PRAGMA synchronous = FULL")
        # What is deleted is overwritten.
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA foreign_keys = ON")
        if doubtful:
            _check(connection)
        migrate(connection, path, migrations)
    except BaseException:
        connection.close()
        raise
    _mark(path).unlink(missing_ok=True)
    return connection


def _use_wal(connection: sqlite3.Connection) -> None:
    """The one statement that doesn't wait for a lock: two programs may make the file at once."""
    give_up_s = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > give_up_s:
                raise
        time.sleep(0.005)


def _is_doubtful(path: Path) -> bool:
    """A program that ended cleanly leaves no -wal file."""
    if _mark(path).exists():
        return True
    wal = path.with_name(f"{path.name}-wal")
    return wal.exists() and path.exists() and path.stat().st_size <= CHECKED_BYTES


def _check(connection: sqlite3.Connection) -> None:
    finding = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if finding != "ok":
        error = sqlite3.DatabaseError(finding)
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error


def _mark(path: Path) -> Path:
    return path.with_name(f"{path.name}.damaged")


def _set_aside(path: Path, error: sqlite3.Error) -> Problem:
    kept = set_aside(path, "damaged")
    if kept is None:
        raise error
    return Problem(
        "store_set_aside",
        tr("The saved conversations were damaged"),
        tr(
            "A new, empty list was begun, because the file could not be read ({error}). {kept}",
            error=error,
            kept=kept_as(kept),
        ),
        tr(
            "It is in {folder}; a copy from your backup can be put in its place.",
            folder=path.parent,
        ),
    )


def _unavailable(path: Path, error: OSError | sqlite3.Error) -> Problem:
    remedy = tr("Check the free space and the permissions of that folder.")
    if isinstance(error, sqlite3.Error) and is_busy(error):
        remedy = tr("Close other Coterie windows and backup programs, then try again.")
    title = tr("The saved conversations can't be opened")
    return Problem("store_unavailable", title, f"{path}: {error}", remedy)
