"""Whole chats with all their branches, out of the store and into it."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator
from typing import Any, get_args

from app.chat_tree import ChatTree, TreeAttachment, TreeMessage
from app.session_state import Attachment, MessageStatus
from app.store.branches import shown_path
from app.store.folders import folder_named
from app.store.messages import StoredStatus, insert_message
from app.store.rows import (
    ATTACHMENT_COLUMNS,
    MESSAGE_COLUMNS,
    from_json,
    settings_from_json,
    storable,
    to_json,
)
from app.store.transactions import Transactions, gone, new_id
from app.store.tree_order import chosen_in, parents_first
from runtime.errors import CoterieError
from runtime.protocol.messages import GenerationStats

_LARGEST = 2**63 - 1


class Trees(Transactions):
    """The part of ConversationStore for export and import."""

    def tree(self, conversation_id: int) -> ChatTree:
        """The chat with all its branches."""
        with self._reading() as connection:
            found = connection.execute(
                "SELECT title, created_at_s, updated_at_s, pinned, settings, folders.name"
                " FROM conversations LEFT JOIN folders ON folders.id = folder_id"
                " WHERE conversations.id = ? AND deleted_at_s IS NULL",
                (conversation_id,),
            ).fetchone()
            if found is None:
                raise CoterieError(gone())
            messages = _messages(connection, conversation_id)
            chosen = connection.execute(
                "SELECT id, parent_id FROM messages WHERE conversation_id = ? AND shown = 1"
                " ORDER BY id",
                (conversation_id,),
            ).fetchall()
        title, created_at_s, updated_at_s, pinned, settings, folder = found
        return ChatTree(
            title,
            messages,
            next(iter(reversed(shown_path(chosen))), None),
            created_at_s,
            updated_at_s,
            bool(pinned),
            folder or "",
            settings_from_json(settings),
        )

    def trees(self) -> Iterator[ChatTree]:
        """All chats, the one changed last at the end. One deleted meanwhile is left out."""
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT id FROM conversations WHERE deleted_at_s IS NULL ORDER BY updated_at_s, id"
            ).fetchall()
        for (conversation_id,) in rows:
            try:
                tree = self.tree(conversation_id)
            except CoterieError as error:
                if error.problem.kind != "conversation_gone":
                    raise
                continue
            yield tree

    def add_tree(self, tree: ChatTree) -> int:
        """The id of a new chat that is as `tree` says.

        Raises CoterieError of kind "import_invalid" when its messages don't hang together.
        """
        ordered = parents_first(tree)
        chosen = chosen_in(tree, ordered)
        now_s = self._now_s()
        with self._changing() as connection:
            conversation_id = _add_chat(connection, tree, now_s)
            ids: dict[int | None, int | None] = {None: None}
            for message in ordered:
                ids[message.id] = _add(
                    connection, conversation_id, ids[message.parent], message, now_s
                )
            connection.executemany(
                "UPDATE messages SET shown = 0 WHERE id = ?",
                ((ids[message.id],) for message in ordered if message.id not in chosen),
            )
        return conversation_id


def _messages(connection: sqlite3.Connection, conversation_id: int) -> tuple[TreeMessage, ...]:
    files: dict[int, list[TreeAttachment]] = {}
    for message, name, kind, text, file_bytes, _ in connection.execute(
        f"SELECT {ATTACHMENT_COLUMNS} FROM attachments WHERE message_id IN"  # noqa: S608
        " (SELECT id FROM messages WHERE conversation_id = ?) ORDER BY id",
        (conversation_id,),
    ):
        files.setdefault(message, []).append(TreeAttachment(name, kind, text, file_bytes))
    rows = connection.execute(
        f"SELECT {MESSAGE_COLUMNS} FROM messages"  # noqa: S608
        " WHERE conversation_id = ? ORDER BY id",
        (conversation_id,),
    )
    return tuple(_tree_message(row, tuple(files.get(row[0], ()))) for row in rows)


def _tree_message(row: tuple[Any, ...], files: tuple[TreeAttachment, ...]) -> TreeMessage:
    id_, role, text, status, model_id, stats, _, reasoning, created_at_s, parent = row
    return TreeMessage(
        id_,
        parent,
        role,
        text,
        created_at_s,
        "stopped" if status == "running" else status,
        model_id,
        reasoning,
        from_json(stats, GenerationStats),
        files,
    )


def _add_chat(connection: sqlite3.Connection, tree: ChatTree, now_s: float) -> int:
    folder = folder_named(connection, tree.folder) if tree.folder else None
    return new_id(
        connection.execute(
            "INSERT INTO conversations (title, created_at_s, updated_at_s, pinned, folder_id,"
            " settings) VALUES (?, ?, ?, ?, ?, ?)",
            (
                storable(tree.title),
                _past(tree.created_at_s, now_s),
                _past(tree.updated_at_s, now_s),
                tree.pinned,
                folder,
                storable(to_json(tree.settings) or ""),
            ),
        )
    )


def _add(
    connection: sqlite3.Connection,
    conversation_id: int,
    parent: int | None,
    message: TreeMessage,
    now_s: float,
) -> int:
    at_s = _past(message.created_at_s, now_s)
    files = (
        Attachment(
            file.name, storable(file.kind), file.text, min(max(file.file_bytes, 0), _LARGEST)
        )
        for file in message.attachments
    )
    message_id = insert_message(
        *(connection, conversation_id, parent, message.role, message.text, at_s, files),
        status=_status(message.status),
        model_id=None if message.model_id is None else storable(message.model_id),
        reasoning=message.reasoning,
    )
    if message.stats is not None:
        connection.execute(
            "UPDATE messages SET stats = ? WHERE id = ?", (to_json(message.stats), message_id)
        )
    return message_id


def _status(status: str) -> StoredStatus:
    """One that is unknown was cut off, like one that was being written."""
    known: tuple[StoredStatus, ...] = get_args(MessageStatus)
    return next((name for name in known if name == status), "stopped")


def _past(time_s: float, now_s: float) -> float:
    """Now for what is not stated or can't be."""
    return time_s if math.isfinite(time_s) and 0 < time_s <= now_s else now_s
