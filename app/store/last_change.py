"""When a conversation changed last: the list's order, whatever is done to the clock."""

from __future__ import annotations

import sqlite3

from app.store.transactions import gone
from runtime.errors import CoterieError


def newest(connection: sqlite3.Connection, now_s: float) -> float:
    """Now, or just after the last change there was, should the clock have been set back."""
    last_s = connection.execute("SELECT MAX(updated_at_s) FROM conversations").fetchone()[0]
    return now_s if last_s is None or now_s > last_s else float(last_s) + 0.001


def changed_now(connection: sqlite3.Connection, conversation_id: int, now_s: float) -> bool:
    """Whether there is such a conversation, which has now changed."""
    changed = connection.execute(
        "UPDATE conversations SET updated_at_s = ? WHERE id = ? AND deleted_at_s IS NULL",
        (newest(connection, now_s), conversation_id),
    )
    return changed.rowcount == 1


def must_change_now(connection: sqlite3.Connection, conversation_id: int, now_s: float) -> None:
    """The conversation has changed. Raises CoterieError when there is none."""
    if not changed_now(connection, conversation_id, now_s):
        raise CoterieError(gone())
