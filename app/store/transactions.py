"""The open file behind the store: reads, changes that are on disk when they end, refusals."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.store.database import is_busy, is_damage, mark_damaged, open_database
from app.store.migrations import Migration
from runtime.errors import CoterieError, Problem
from runtime.language import tr


class Transactions:
    """One connection to one file. Raises CoterieError as ConversationStore says."""

    def __init__(
        self, path: Path, now_s: Callable[[], float], migrations: tuple[Migration, ...]
    ) -> None:
        self._path = path
        self._now_s = now_s
        self._connection, self._problem = open_database(path, migrations)

    @property
    def problem(self) -> Problem | None:
        """What to tell of opening: that a damaged file was set aside."""
        return self._problem

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """Within the block all reads see one state of the file."""
        with self._told(), self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        """One transaction; what it did is on disk when the block has ended."""
        with self._told(), self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        connection = self._connection
        connection.execute(begin)
        try:
            yield connection
            connection.execute("COMMIT")
        finally:
            # A failed COMMIT may have ended the transaction or not.
            if connection.in_transaction:
                connection.execute("ROLLBACK")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise CoterieError(self._failure(error)) from error

    def _failure(self, error: sqlite3.Error) -> Problem:
        if is_damage(error):
            mark_damaged(self._path)
            return Problem(
                "store_damaged",
                tr("The saved conversations are damaged"),
                tr("Part of {path} can't be read ({error})", path=self._path, error=error),
                tr("Close Coterie and start it again: the damaged file is then set aside."),
            )
        if is_busy(error):
            return Problem(
                "store_busy",
                tr("A change could not be saved"),
                tr("Another program is holding {path}", path=self._path),
                tr("Close other Coterie windows and backup programs, then try again."),
            )
        return Problem(
            "store_failed",
            tr("A change could not be saved"),
            tr("{path} could not be written ({reason})", path=self._path, reason=error),
            tr("Check the free space on that disk, then try again."),
        )


def new_id(inserted: sqlite3.Cursor) -> int:
    assert inserted.lastrowid is not None
    return inserted.lastrowid


def gone() -> Problem:
    return Problem(
        "conversation_gone",
        tr("The conversation is gone"),
        tr("It was deleted, perhaps in another window"),
        tr("Choose another one."),
    )
