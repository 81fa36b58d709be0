"""Changes to a chat as a whole: made, named, set, pinned, deleted and brought back."""

from __future__ import annotations

import time
from collections.abc import Sequence

from app.chat_settings import ChatSettings
from app.session_state import Attachment
from app.store.last_change import newest
from app.store.messages import insert_message
from app.store.rows import storable, to_json
from app.store.transactions import Transactions, gone, new_id
from runtime.errors import CoterieError

# As long as a person may want to bring a deleted chat back.
UNDO_S = 600.0
# A chat of 10,000 messages takes 2 s to remove, most of it from the search.
PURGE_S = 0.3
PURGED_AT_ONCE = 500
# The time of deletion of one whose messages are being removed: it can't be brought back.
_GOING = 0.0


class Chats(Transactions):
    """The part of ConversationStore for whole chats."""

    def create(
        self,
        title: str,
        first_message: str | None = None,
        *,
        attachments: Sequence[Attachment] = (),
    ) -> int:
        """A new conversation's id. It is there with the person's first message or not at all.

        It takes the settings that were made for the new chat; the next one begins without.
        """
        now_s = self._now_s()
        with self._changing() as connection:
            conversation_id = new_id(
                connection.execute(
                    "INSERT INTO conversations (title, created_at_s, updated_at_s, settings)"
                    " SELECT ?, ?, ?, settings FROM new_chat",
                    (storable(title), now_s, newest(connection, now_s)),
                )
            )
            connection.execute("UPDATE new_chat SET settings = '' WHERE settings <> ''")
            if first_message is not None:
                insert_message(
                    connection, conversation_id, None, "user", first_message, now_s, attachments
                )
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
        self._keep("draft", conversation_id, storable(draft))

    def set_settings(self, conversation_id: int | None, settings: ChatSettings) -> None:
        """Keep what is set for a chat, None for the next new one."""
        text = to_json(settings)
        assert text is not None
        self._keep("settings", conversation_id, storable(text))

    def _keep(self, column: str, conversation_id: int | None, value: str) -> None:
        # The names are constants of ours.
        table = "new_chat" if conversation_id is None else "conversations"
        row = 1 if conversation_id is None else conversation_id
        with self._reading() as connection:
            kept = connection.execute(
                f"SELECT 1 FROM {table} WHERE id = ? AND {column} = ?",  # noqa: S608
                (row, value),
            ).fetchone()
        if kept is None:
            with self._changing() as connection:
                connection.execute(
                    f"UPDATE {table} SET {column} = ? WHERE id = ?",  # noqa: S608
                    (value, row),
                )

    def pin(self, conversation_id: int, pinned: bool) -> None:
        """Keep it above the others, or no longer."""
        with self._changing() as connection:
            connection.execute(
                "UPDATE conversations SET pinned = ? WHERE id = ?", (pinned, conversation_id)
            )

    def delete(self, conversation_id: int) -> None:
        """Take it from sight. `restore` brings it back until `purge` or the next start."""
        with self._changing() as connection:
            connection.execute(
                "UPDATE conversations SET deleted_at_s = ? WHERE id = ? AND deleted_at_s IS NULL",
                (self._now_s(), conversation_id),
            )

    def restore(self, conversation_id: int) -> None:
        """Bring a deleted chat back as it was."""
        with self._changing() as connection:
            found = connection.execute(
                "UPDATE conversations SET deleted_at_s = NULL"
                " WHERE id = ? AND deleted_at_s IS NOT ?",
                (conversation_id, _GOING),
            )
            if found.rowcount != 1:
                raise CoterieError(gone())

    def purge(self) -> None:
        """Remove what was deleted more than ten minutes ago, with all that belongs to it."""
        self._remove_deleted_before(self._now_s() - UNDO_S)

    def _remove_deleted_before(self, time_s: float) -> None:
        """As much as can be done before a person would notice; the rest the next time."""
        with self._changing() as connection:
            connection.execute(
                "UPDATE conversations SET deleted_at_s = ?"
                " WHERE deleted_at_s <= ? AND deleted_at_s <> ?",
                (_GOING, time_s, _GOING),
            )
        give_up_s = time.monotonic() + PURGE_S
        while self._remove_some() and time.monotonic() < give_up_s:
            pass

    def _remove_some(self) -> bool:
        """Whether there may be more. The newest messages go first: nothing is below them."""
        with self._changing() as connection:
            (chat,) = connection.execute(
                "SELECT MIN(id) FROM conversations WHERE deleted_at_s = ?", (_GOING,)
            ).fetchone()
            if chat is None:
                return False
            removed = connection.execute(
                "DELETE FROM messages WHERE id IN (SELECT id FROM messages"
                " WHERE conversation_id = ? ORDER BY id DESC LIMIT ?)",
                (chat, PURGED_AT_ONCE),
            )
            if removed.rowcount < PURGED_AT_ONCE:
                connection.execute("DELETE FROM conversations WHERE id = ?", (chat,))
        return True
