"""The conversations: each command is on disk when it returns."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from app.savings import Usage
from app.session_state import Conversation, ConversationSummary, MessageStatus, MessageView
from app.store.database import is_busy, is_damage, mark_damaged, open_database
from app.store.migrations import MIGRATIONS, Migration
from app.store.rows import MESSAGE_COLUMNS, from_json, message_view, storable, to_json
from runtime.errors import CoterieError, Problem
from runtime.protocol.messages import GenerationStats, Role

StoredStatus = MessageStatus | Literal["running"]


class ConversationStore:
    """Used on one thread. Other programs may have the same file open.

    Opening raises CoterieError of kind "store_unavailable" or "store_newer". Opening and every
    command raise "store_failed" when the system refuses (a full disk), "store_busy" when another
    program holds the file, and "store_damaged" when it turns out to be broken; a command raises
    "conversation_gone" for a conversation that isn't there.
    """

    def __init__(
        self,
        path: Path,
        now_s: Callable[[], float] = time.time,
        migrations: tuple[Migration, ...] = MIGRATIONS,
    ) -> None:
        self._path = path
        self._now_s = now_s
        self._connection, self._problem = open_database(path, migrations)
        try:
            with self._changing() as connection:
                _stop_what_a_crash_left(connection)
        except CoterieError:
            self.close()
            raise

    @property
    def problem(self) -> Problem | None:
        """What to tell of opening: that a damaged file was set aside."""
        return self._problem

    def close(self) -> None:
        self._connection.close()

    # Reading

    def summaries(self, limit: int = 500) -> tuple[ConversationSummary, ...]:
        """The conversations changed last, newest first."""
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT id, title, updated_at_s FROM conversations"
                " ORDER BY updated_at_s DESC, id DESC LIMIT ?",
                (limit,),
            ).fetchall()
        return tuple(ConversationSummary(*row) for row in rows)

    def conversation(self, conversation_id: int) -> Conversation:
        with self._reading() as connection:
            found = connection.execute(
                "SELECT title, draft FROM conversations WHERE id = ?", (conversation_id,)
            ).fetchone()
        if found is None:
            raise CoterieError(_gone())
        title, draft = found
        return Conversation(conversation_id, title, self._messages(conversation_id), draft)

    def usage(self, conversation_id: int) -> Usage:
        """What all answers of a conversation took together."""
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT stats FROM messages WHERE conversation_id = ? AND stats IS NOT NULL"
                " ORDER BY id",
                (conversation_id,),
            ).fetchall()
        every = (from_json(stats, GenerationStats) for (stats,) in rows)
        return Usage.of(stats for stats in every if stats is not None)

    def _messages(self, conversation_id: int) -> tuple[MessageView, ...]:
        with self._reading() as connection:
            rows = connection.execute(
                # The columns are a constant of ours.
                f"SELECT {MESSAGE_COLUMNS} FROM messages"  # noqa: S608
                " WHERE conversation_id = ? ORDER BY id",
                (conversation_id,),
            ).fetchall()
        return tuple(message_view(row) for row in rows)

    # Conversations

    def create(self, title: str) -> int:
        """A new conversation's id."""
        now_s = self._now_s()
        with self._changing() as connection:
            return _new_id(
                connection.execute(
                    "INSERT INTO conversations (title, created_at_s, updated_at_s)"
                    " VALUES (?, ?, ?)",
                    (storable(title), now_s, now_s),
                )
            )

    def rename(self, conversation_id: int, title: str) -> None:
        with self._changing() as connection:
            connection.execute(
                "UPDATE conversations SET title = ? WHERE id = ?",
                (storable(title), conversation_id),
            )

    def set_draft(self, conversation_id: int, draft: str) -> None:
        """Keep what is typed and not yet sent. Writes nothing when it is kept already."""
        draft = storable(draft)
        with self._reading() as connection:
            kept = connection.execute(
                "SELECT 1 FROM conversations WHERE id = ? AND draft = ?", (conversation_id, draft)
            ).fetchone()
        if kept is None:
            with self._changing() as connection:
                connection.execute(
                    "UPDATE conversations SET draft = ? WHERE id = ?", (draft, conversation_id)
                )

    def delete(self, conversation_id: int) -> None:
        """Delete the conversation and its messages."""
        with self._changing() as connection:
            connection.execute("DELETE FROM conversations WHERE id = ?", (conversation_id,))

    # Messages

    def add_message(
        self, conversation_id: int, role: Role, text: str, model_id: str | None = None
    ) -> int:
        """A new message's id. An assistant's is running until `update_answer` says otherwise."""
        status: StoredStatus = "running" if role == "assistant" else "complete"
        now_s = self._now_s()
        with self._changing() as connection:
            if not _touch(connection, conversation_id, now_s):
                raise CoterieError(_gone())
            return _new_id(
                connection.execute(
                    "INSERT INTO messages"
                    " (conversation_id, role, text, status, model_id, created_at_s)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    (conversation_id, role, storable(text), status, model_id, now_s),
                )
            )

    def update_answer(
        self,
        message_id: int,
        text: str,
        status: StoredStatus,
        stats: GenerationStats | None,
        problem: Problem | None,
    ) -> None:
        """Replace an answer's text and state. One deleted meanwhile stays deleted."""
        values = (storable(text), status, to_json(stats), to_json(problem), message_id)
        with self._changing() as connection:
            (conversation_id,) = connection.execute(
                "UPDATE messages SET text = ?, status = ?, stats = ?, problem = ?"
                " WHERE id = ? RETURNING conversation_id",
                values,
            ).fetchone() or (None,)
            if conversation_id is not None and status != "running":
                _touch(connection, conversation_id, self._now_s())

    def delete_message(self, message_id: int) -> None:
        with self._changing() as connection:
            connection.execute("DELETE FROM messages WHERE id = ?", (message_id,))

    # Transactions

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        try:
            yield self._connection
        except sqlite3.Error as error:
            raise CoterieError(self._failure(error)) from error

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        """One transaction; what it did is on disk when the block has ended."""
        with self._reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                # A failed COMMIT may have ended the transaction or not.
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def _failure(self, error: sqlite3.Error) -> Problem:
        if is_damage(error):
            mark_damaged(self._path)
            return Problem(
                "store_damaged",
                "The saved conversations are damaged",
                f"Part of {self._path} can't be read ({error})",
                "Close Coterie and start it again: the damaged file is then set aside.",
            )
        if is_busy(error):
            return Problem(
                "store_busy",
                "A change could not be saved",
                f"Another program is holding {self._path}",
                "Close other Coterie windows and backup programs, then try again.",
            )
        return Problem(
            "store_failed",
            "A change could not be saved",
            f"{self._path} could not be written ({error})",
            "Check the free space on that disk, then try again.",
        )


def _stop_what_a_crash_left(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE messages SET status = 'stopped' WHERE status = 'running'")


def _touch(connection: sqlite3.Connection, conversation_id: int, now_s: float) -> bool:
    """Whether there is such a conversation, which has now changed."""
    changed = connection.execute(
        "UPDATE conversations SET updated_at_s = ? WHERE id = ?", (now_s, conversation_id)
    )
    return changed.rowcount == 1


def _new_id(inserted: sqlite3.Cursor) -> int:
    assert inserted.lastrowid is not None
    return inserted.lastrowid


def _gone() -> Problem:
    return Problem(
        "conversation_gone",
        "The conversation is gone",
        "It was deleted, perhaps in another window",
        "Choose another one.",
    )
