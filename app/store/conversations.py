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
from app.store.rows import (
    MESSAGE_COLUMNS,
    ModelUse,
    from_json,
    message_view,
    storable,
    to_json,
)
from runtime.errors import CoterieError, Problem
from runtime.protocol.messages import GenerationStats, Role

StoredStatus = MessageStatus | Literal["running"]


class ConversationStore:
    """Used on one thread. Other programs may have the same file open.

    Opening raises CoterieError of kind "store_unavailable" or "store_newer". Opening and every
    command raise "store_failed" when the system refuses (a full disk), "store_busy" when another
    program holds the file, and "store_damaged" when it turns out to be broken; a command raises
    "conversation_gone" for a conversation that isn't there.

    `patience_s` is how long a command waits for another program, None for as long as opening does.
    """

    def __init__(
        self,
        path: Path,
        now_s: Callable[[], float] = time.time,
        migrations: tuple[Migration, ...] = MIGRATIONS,
        patience_s: float | None = None,
    ) -> None:
        self._path = path
        self._now_s = now_s
        self._connection, self._problem = open_database(path, migrations)
        try:
            with self._changing() as connection:
                _stop_what_a_crash_left(connection)
            if patience_s is not None:
                with self._reading() as connection:
                    connection.execute(f"PRAGMA busy_timeout = {round(patience_s * 1_000)}")
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
        messages, spent = self._messages(conversation_id), self._spent(conversation_id)
        return Conversation(conversation_id, title, messages, draft, spent)

    def draft_of_new_chat(self) -> str:
        """What was typed into a chat that nothing was sent in yet."""
        with self._reading() as connection:
            draft: str = connection.execute("SELECT draft FROM new_chat").fetchone()[0]
        return draft

    def usage(self, conversation_id: int) -> Usage:
        """What all answers of a conversation took together, also those replaced or continued."""
        answers = (message.stats for message in self._messages(conversation_id))
        shown = (stats for stats in answers if stats is not None)
        return Usage.of((*self._spent(conversation_id), *shown))

    def model_uses(self) -> tuple[ModelUse, ...]:
        """Of each model that answered, the last time."""
        with self._reading() as connection:
            # SQLite takes the other columns from the row of the maximum (lang_select, 2.5).
            used = connection.execute(
                "SELECT model_id, MAX(created_at_s) FROM messages"
                " WHERE role = 'assistant' AND model_id IS NOT NULL GROUP BY model_id"
            ).fetchall()
            measured = connection.execute(
                "SELECT model_id, stats, MAX(created_at_s) FROM messages"
                " WHERE role = 'assistant' AND json_valid(stats)"
                " AND json_extract(stats, '$.decode_tokens_per_s') IS NOT NULL GROUP BY model_id"
            ).fetchall()
        numbers = {model_id: from_json(stats, GenerationStats) for model_id, stats, _ in measured}
        return tuple(ModelUse(model_id, at_s, numbers.get(model_id)) for model_id, at_s in used)

    def _spent(self, conversation_id: int) -> tuple[GenerationStats, ...]:
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT stats FROM spent WHERE conversation_id = ? ORDER BY id", (conversation_id,)
            ).fetchall()
        every = (from_json(stats, GenerationStats) for (stats,) in rows)
        return tuple(stats for stats in every if stats is not None)

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

    def create(self, title: str, first_message: str | None = None) -> int:
        """A new conversation's id. It is there with the person's first message or not at all."""
        now_s = self._now_s()
        with self._changing() as connection:
            conversation_id = _new_id(
                connection.execute(
                    "INSERT INTO conversations (title, created_at_s, updated_at_s)"
                    " VALUES (?, ?, ?)",
                    (storable(title), now_s, now_s),
                )
            )
            if first_message is not None:
                _add_message(connection, conversation_id, "user", first_message, None, now_s)
            return conversation_id

    def rename(self, conversation_id: int, title: str) -> None:
        with self._changing() as connection:
            connection.execute(
                "UPDATE conversations SET title = ? WHERE id = ?",
                (storable(title), conversation_id),
            )

    def set_draft(self, conversation_id: int | None, draft: str) -> None:
        """Keep what is typed and not yet sent, None for into a new chat.

        Writes nothing when it is kept already.
        """
        draft = storable(draft)
        # The names are constants of ours.
        table = "new_chat" if conversation_id is None else "conversations"
        row = 1 if conversation_id is None else conversation_id
        with self._reading() as connection:
            kept = connection.execute(
                f"SELECT 1 FROM {table} WHERE id = ? AND draft = ?",  # noqa: S608
                (row, draft),
            ).fetchone()
        if kept is None:
            with self._changing() as connection:
                connection.execute(
                    f"UPDATE {table} SET draft = ? WHERE id = ?",  # noqa: S608
                    (draft, row),
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
        now_s = self._now_s()
        with self._changing() as connection:
            if not _touch(connection, conversation_id, now_s):
                raise CoterieError(_gone())
            return _add_message(connection, conversation_id, role, text, model_id, now_s)

    def update_answer(
        self,
        message_id: int,
        text: str,
        status: StoredStatus,
        stats: GenerationStats | None,
        problem: Problem | None,
    ) -> None:
        """Replace an answer's text and state. One deleted meanwhile stays deleted.

        Numbers of an earlier run of this answer go on counting in the conversation's.
        """
        numbers = to_json(stats)
        values = (storable(text), status, numbers, to_json(problem), message_id)
        with self._changing() as connection:
            _spend(connection, message_id, numbers)
            (conversation_id,) = connection.execute(
                "UPDATE messages SET text = ?, status = ?, stats = ?, problem = ?"
                " WHERE id = ? RETURNING conversation_id",
                values,
            ).fetchone() or (None,)
            if conversation_id is not None and status != "running":
                _touch(connection, conversation_id, self._now_s())

    def delete_message(self, message_id: int) -> None:
        """Delete it from view; what it took goes on counting in the conversation's numbers."""
        with self._changing() as connection:
            _spend(connection, message_id, None)
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


def _add_message(
    connection: sqlite3.Connection,
    conversation_id: int,
    role: Role,
    text: str,
    model_id: str | None,
    now_s: float,
) -> int:
    status: StoredStatus = "running" if role == "assistant" else "complete"
    return _new_id(
        connection.execute(
            "INSERT INTO messages (conversation_id, role, text, status, model_id, created_at_s)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (conversation_id, role, storable(text), status, model_id, now_s),
        )
    )


def _spend(connection: sqlite3.Connection, message_id: int, numbers: str | None) -> None:
    """The message's numbers are about to be replaced by `numbers`: keep them as spent."""
    connection.execute(
        "INSERT INTO spent (conversation_id, stats) SELECT conversation_id, stats FROM messages"
        " WHERE id = ? AND stats IS NOT NULL AND stats IS NOT ?",
        (message_id, numbers),
    )


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
