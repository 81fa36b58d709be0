"""Changes to the messages of a chat and to which of its branches is shown."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Literal

from app.dashboard.run import Run
from app.session_state import Attachment, MessageStatus
from app.store.branches import neighbour, path_to, shown_path, stepped
from app.store.last_change import changed_now, must_change_now
from app.store.rows import storable, to_json
from app.store.runs import insert_run
from app.store.transactions import Transactions, gone, new_id
from runtime.errors import CoterieError, Problem
from runtime.protocol.messages import GenerationStats, Role

StoredStatus = MessageStatus | Literal["running"]


class Messages(Transactions):
    """The part of ConversationStore for messages."""

    def add_message(
        self,
        conversation_id: int,
        role: Role,
        text: str,
        model_id: str | None = None,
        *,
        attachments: Sequence[Attachment] = (),
        reasoning: str = "",
    ) -> int:
        """A new message's id, below all that is shown.

        An assistant's is running until `update_answer` says otherwise.
        """
        now_s = self._now_s()
        with self._changing() as connection:
            must_change_now(connection, conversation_id, now_s)
            chosen = connection.execute(
                "SELECT id, parent_id FROM messages WHERE conversation_id = ? AND shown = 1",
                (conversation_id,),
            )
            parent = next(iter(reversed(shown_path(chosen))), None)
            status: StoredStatus = "running" if role == "assistant" else "complete"
            return insert_message(
                *(connection, conversation_id, parent, role, text, now_s, attachments),
                status=status,
                model_id=model_id,
                reasoning=reasoning,
            )

    def add_sibling(
        self,
        message_id: int,
        text: str,
        *,
        model_id: str | None = None,
        running: bool = False,
        attachments: Sequence[Attachment] = (),
    ) -> int:
        """A new message in the same place, shown from now on, with nothing below it yet."""
        now_s = self._now_s()
        with self._changing() as connection:
            conversation_id, parent, _ = _place(connection, message_id)
            must_change_now(connection, conversation_id, now_s)
            (role,) = connection.execute(
                "SELECT role FROM messages WHERE id = ?", (message_id,)
            ).fetchone()
            added = insert_message(
                *(connection, conversation_id, parent, role, text, now_s, attachments),
                status="running" if running else "complete",
                model_id=model_id,
            )
            _choose(connection, conversation_id, parent, added)
            return added

    def show_sibling(self, message_id: int, step: int) -> None:
        """Turn to the one `step` places on in this place; below it all is as it was last shown."""
        with self._changing() as connection:
            conversation_id, parent, _ = _place(connection, message_id)
            siblings = tuple(_siblings(connection, conversation_id, parent))
            _choose(connection, conversation_id, parent, stepped(message_id, siblings, step))

    def show_message(self, message_id: int) -> None:
        """Turn to the branch that this message is on."""
        with self._changing() as connection:
            conversation_id, *_ = _place(connection, message_id)
            parents = dict(
                connection.execute(
                    "SELECT id, parent_id FROM messages WHERE conversation_id = ?",
                    (conversation_id,),
                )
            )
            hidden = {
                message
                for (message,) in connection.execute(
                    "SELECT id FROM messages WHERE conversation_id = ? AND shown = 0",
                    (conversation_id,),
                )
            }
            for message in hidden.intersection(path_to(message_id, parents)):
                _choose(connection, conversation_id, parents[message], message)

    def update_answer(
        self,
        message_id: int,
        text: str,
        status: StoredStatus,
        stats: GenerationStats | None,
        problem: Problem | None,
        reasoning: str = "",
        run: Run | None = None,
    ) -> None:
        """Replace an answer's text and state, and keep its `run`. One deleted meanwhile stays
        deleted.

        Numbers of an earlier run of this answer go on counting in the conversation's.
        """
        numbers = to_json(stats)
        values = (storable(text), status, numbers, to_json(problem), storable(reasoning))
        with self._changing() as connection:
            _spend(connection, message_id, numbers)
            (conversation_id,) = connection.execute(
                "UPDATE messages SET text = ?, status = ?, stats = ?, problem = ?, reasoning = ?"
                " WHERE id = ? RETURNING conversation_id",
                (*values, message_id),
            ).fetchone() or (None,)
            if run is not None:
                is_there = conversation_id is not None
                insert_run(connection, run, conversation_id, message_id if is_there else None)
            if conversation_id is not None and status != "running":
                changed_now(connection, conversation_id, self._now_s())

    def delete_message(self, message_id: int) -> None:
        """Delete it from view; what it took goes on counting in the conversation's numbers.

        What is below it moves up and is shown as before; with nothing below it a neighbour is.
        """
        with self._changing() as connection:
            try:
                conversation_id, parent, shown = _place(connection, message_id)
            except CoterieError:
                return
            _spend(connection, message_id, None)
            below = _move_up(connection, message_id, parent, shown)
            connection.execute("DELETE FROM messages WHERE id = ?", (message_id,))
            if shown and not below:
                beside = neighbour(message_id, _siblings(connection, conversation_id, parent))
                _choose(connection, conversation_id, parent, beside)


def insert_message(
    connection: sqlite3.Connection,
    conversation_id: int,
    parent: int | None,
    role: Role,
    text: str,
    now_s: float,
    attachments: Iterable[Attachment] = (),
    *,
    status: StoredStatus = "complete",
    model_id: str | None = None,
    reasoning: str = "",
) -> int:
    """A new message's id, shown whenever its parent is."""
    message_id = new_id(
        connection.execute(
            "INSERT INTO messages (conversation_id, parent_id, role, text, status, model_id,"
            " created_at_s, reasoning) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(conversation_id, parent, role, storable(text), status, model_id),
                *(now_s, storable(reasoning)),
            ),
        )
    )
    connection.executemany(
        "INSERT INTO attachments (message_id, name, kind, text, file_bytes, tokens)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            (message_id, storable(a.name), a.kind, storable(a.text), a.file_bytes, a.tokens)
            for a in attachments
        ),
    )
    return message_id


def _place(connection: sqlite3.Connection, message_id: int) -> tuple[int, int | None, bool]:
    """Its conversation, its parent and whether it is shown when the parent is."""
    found = connection.execute(
        "SELECT conversation_id, parent_id, shown FROM messages WHERE id = ?", (message_id,)
    ).fetchone()
    if found is None:
        raise CoterieError(gone())
    conversation_id, parent, shown = found
    return conversation_id, parent, bool(shown)


def _siblings(
    connection: sqlite3.Connection, conversation_id: int, parent: int | None
) -> Iterable[int]:
    rows = connection.execute(
        "SELECT id FROM messages WHERE conversation_id = ? AND parent_id IS ? ORDER BY id",
        (conversation_id, parent),
    ).fetchall()
    return (message for (message,) in rows)


def _choose(
    connection: sqlite3.Connection, conversation_id: int, parent: int | None, chosen: int | None
) -> None:
    """Of all with this parent, `chosen` is shown."""
    connection.execute(
        "UPDATE messages SET shown = (id IS :chosen)"
        " WHERE conversation_id = :chat AND parent_id IS :parent AND shown IS NOT (id IS :chosen)",
        {"chosen": chosen, "chat": conversation_id, "parent": parent},
    )


def _move_up(
    connection: sqlite3.Connection, message_id: int, parent: int | None, shown: bool
) -> bool:
    """Put what is below the message in its place. Whether one of that is shown there."""
    chosen = connection.execute(
        "SELECT 1 FROM messages WHERE parent_id = ? AND shown = 1", (message_id,)
    ).fetchone()
    connection.execute(
        "UPDATE messages SET parent_id = ?, shown = shown AND ? WHERE parent_id = ?",
        (parent, shown, message_id),
    )
    return chosen is not None


def _spend(connection: sqlite3.Connection, message_id: int, numbers: str | None) -> None:
    """The message's numbers are about to be replaced by `numbers`: keep them as spent."""
    connection.execute(
        "INSERT INTO spent (conversation_id, stats) SELECT conversation_id, stats FROM messages"
        " WHERE id = ? AND stats IS NOT NULL AND stats IS NOT ?",
        (message_id, numbers),
    )
