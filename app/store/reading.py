"""What of the store is shown: the list of chats, one chat, what answers took."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import replace

from app.chat_settings import ChatSettings
from app.savings import Usage
from app.session_state import Attachment, Conversation, ConversationSummary, MessageView
from app.store.branches import hidden_beside, place, shown_path
from app.store.rows import (
    ATTACHMENT_COLUMNS,
    MESSAGE_COLUMNS,
    ModelUse,
    from_json,
    many_at_once,
    message_view,
    settings_from_json,
)
from app.store.transactions import Transactions, gone
from runtime.errors import CoterieError
from runtime.protocol.messages import GenerationStats


class Reading(Transactions):
    """The part of ConversationStore that changes nothing."""

    def summaries(self, limit: int = 500) -> tuple[ConversationSummary, ...]:
        """Pinned chats, then the others, the one changed last first.

        Those pinned or in a folder are all there, of the others the newest `limit`.
        """
        columns = "SELECT id, title, updated_at_s, pinned, folder_id FROM conversations"
        with self._reading() as connection:
            # The columns are a constant of ours.
            rows = connection.execute(
                f"{columns} WHERE deleted_at_s IS NULL AND (pinned OR folder_id IS NOT NULL)"  # noqa: S608
                f" UNION ALL SELECT * FROM ({columns} WHERE deleted_at_s IS NULL"
                " AND NOT pinned AND folder_id IS NULL"
                " ORDER BY updated_at_s DESC, id DESC LIMIT ?)",
                (limit,),
            ).fetchall()
        summaries = (
            ConversationSummary(id_, title, updated_at_s, bool(pinned), folder_id)
            for id_, title, updated_at_s, pinned, folder_id in rows
        )
        return tuple(sorted(summaries, key=lambda s: (not s.pinned, -s.updated_at_s, -s.id)))

    def conversation(self, conversation_id: int) -> Conversation:
        """The chat with the branch that is shown."""
        with self._reading() as connection:
            found = connection.execute(
                "SELECT title, draft, settings, pinned, folder_id FROM conversations"
                " WHERE id = ? AND deleted_at_s IS NULL",
                (conversation_id,),
            ).fetchone()
            if found is None:
                raise CoterieError(gone())
            with many_at_once():
                messages, unseen = _shown_messages(connection, conversation_id)
            spent = (*_spent(connection, conversation_id), *unseen)
        title, draft, settings, pinned, folder_id = found
        return Conversation(
            conversation_id,
            title,
            messages,
            draft,
            spent,
            settings_from_json(settings),
            bool(pinned),
            folder_id,
        )

    def placed(self, message: MessageView) -> MessageView:
        """`message` with its place among its siblings and its time, as they are stored."""
        with self._reading() as connection:
            found = connection.execute(
                "SELECT conversation_id, parent_id, created_at_s FROM messages WHERE id = ?",
                (message.id,),
            ).fetchone()
            if found is None:
                return message
            conversation_id, parent, created_at_s = found
            siblings = connection.execute(
                "SELECT id FROM messages WHERE conversation_id = ? AND parent_id IS ?",
                (conversation_id, parent),
            ).fetchall()
        others = (other for (other,) in siblings if other != message.id)
        branch, branches = place(message.id, others)
        return replace(message, branch=branch, branches=branches, created_at_s=created_at_s)

    def draft_of_new_chat(self) -> str:
        """What was typed into a chat that nothing was sent in yet."""
        with self._reading() as connection:
            draft: str = connection.execute("SELECT draft FROM new_chat").fetchone()[0]
        return draft

    def settings(self, conversation_id: int | None) -> ChatSettings:
        """What was set for a chat, None for the next new one."""
        # The name is a constant of ours.
        table = "new_chat" if conversation_id is None else "conversations"
        with self._reading() as connection:
            found = connection.execute(
                f"SELECT settings FROM {table} WHERE id = ?",  # noqa: S608
                (1 if conversation_id is None else conversation_id,),
            ).fetchone()
        if found is None:
            raise CoterieError(gone())
        return settings_from_json(found[0])

    def usage(self, conversation_id: int) -> Usage:
        """What all answers of a conversation took together, also those replaced or continued."""
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT stats FROM messages WHERE conversation_id = :id AND stats IS NOT NULL"
                " AND EXISTS (SELECT 1 FROM conversations"
                " WHERE id = :id AND deleted_at_s IS NULL) ORDER BY id",
                {"id": conversation_id},
            ).fetchall()
            spent = _spent(connection, conversation_id)
        return Usage.of((*spent, *_numbers(rows)))

    def model_uses(self) -> tuple[ModelUse, ...]:
        """Of each model that answered, the last time."""
        with self._reading() as connection:
            models = connection.execute(
                "SELECT DISTINCT model_id FROM messages"
                " WHERE model_id IS NOT NULL AND role = 'assistant'"
            ).fetchall()
            uses = [_last_use(connection, model_id) for (model_id,) in models]
        return tuple(use for use in uses if use is not None)


def _last_use(connection: sqlite3.Connection, model_id: str) -> ModelUse | None:
    """By the newest of its answers in chats that are not deleted, and the newest with a speed."""
    newest = (
        "FROM messages JOIN conversations ON conversations.id = conversation_id"
        " WHERE model_id = ? AND role = 'assistant' AND deleted_at_s IS NULL"
    )
    # The texts are constants of ours.
    last = connection.execute(
        f"SELECT messages.created_at_s {newest} ORDER BY messages.id DESC LIMIT 1",
        (model_id,),
    ).fetchone()
    if last is None:
        return None
    measured = connection.execute(
        f"SELECT stats {newest} AND json_valid(stats)"
        " AND json_extract(stats, '$.decode_tokens_per_s') IS NOT NULL"
        " ORDER BY messages.id DESC LIMIT 1",
        (model_id,),
    ).fetchone()
    numbers = from_json(measured[0], GenerationStats) if measured else None
    return ModelUse(model_id, last[0], numbers)


def _shown_messages(
    connection: sqlite3.Connection, conversation_id: int
) -> tuple[tuple[MessageView, ...], tuple[GenerationStats, ...]]:
    """The branch that is shown, and the numbers of all that is not on it."""
    chosen = connection.execute(
        # The columns are a constant of ours.
        f"SELECT {MESSAGE_COLUMNS} FROM messages"  # noqa: S608
        # The plus: nearly all are shown, so reading them by id is quicker than by that.
        " WHERE conversation_id = ? AND +shown = 1 ORDER BY id",
        (conversation_id,),
    ).fetchall()
    hidden = connection.execute(
        "SELECT id, parent_id, stats FROM messages WHERE conversation_id = ? AND shown = 0",
        (conversation_id,),
    ).fetchall()
    rows = {row[0]: row for row in chosen}
    path = shown_path((row[0], row[-1]) for row in chosen)
    files = _attachments(connection, conversation_id)
    beside = hidden_beside((message, parent) for message, parent, _ in hidden)
    messages = []
    for message in path:
        row = rows.pop(message)
        siblings = beside.get(row[-1])
        where = place(message, siblings) if siblings else (1, 1)
        messages.append(message_view(row, where, files.get(message, ())))
    # What is left of the rows is chosen below something that isn't.
    unseen = [(row[0], row[5]) for row in rows.values()]
    unseen += [(message, stats) for message, _, stats in hidden]
    return tuple(messages), _numbers((stats,) for _, stats in sorted(unseen, key=_by_id))


def _by_id(row: tuple[int, object]) -> int:
    return row[0]


def _attachments(
    connection: sqlite3.Connection, conversation_id: int
) -> dict[int, tuple[Attachment, ...]]:
    found: dict[int, tuple[Attachment, ...]] = {}
    # Few messages have any: look from the attachments, not from 10,000 messages.
    rows = connection.execute(
        f"SELECT {ATTACHMENT_COLUMNS} FROM attachments"  # noqa: S608
        " WHERE message_id BETWEEN"
        " (SELECT MIN(id) FROM messages WHERE conversation_id = :id)"
        " AND (SELECT MAX(id) FROM messages WHERE conversation_id = :id)"
        " AND (SELECT conversation_id FROM messages WHERE messages.id = message_id) = :id"
        " ORDER BY message_id, id",
        {"id": conversation_id},
    )
    for message, *values in rows:
        found[message] = (*found.get(message, ()), Attachment(*values))
    return found


def _spent(connection: sqlite3.Connection, conversation_id: int) -> tuple[GenerationStats, ...]:
    rows = connection.execute(
        "SELECT stats FROM spent WHERE conversation_id = :id AND EXISTS"
        " (SELECT 1 FROM conversations WHERE id = :id AND deleted_at_s IS NULL) ORDER BY id",
        {"id": conversation_id},
    ).fetchall()
    return _numbers(rows)


def _numbers(rows: Iterable[tuple[object, ...]]) -> tuple[GenerationStats, ...]:
    every = (from_json(stats, GenerationStats) for (stats,) in rows)
    return tuple(stats for stats in every if stats is not None)
