"""Folders of chats."""

from __future__ import annotations

import sqlite3

from app.session_state import Folder
from app.store.rows import storable
from app.store.transactions import Transactions, new_id


class Folders(Transactions):
    """The part of ConversationStore for folders."""

    def folders(self) -> tuple[Folder, ...]:
        """By name, with how many chats each holds."""
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT folders.id, name, COUNT(conversations.id) FROM folders"
                " LEFT JOIN conversations ON folder_id = folders.id AND deleted_at_s IS NULL"
                " GROUP BY folders.id"
            ).fetchall()
        folders = (Folder(*row) for row in rows)
        return tuple(sorted(folders, key=lambda folder: (folder.name.casefold(), folder.id)))

    def new_folder(self, name: str) -> int:
        """The id of the folder of this name, made when there is none."""
        with self._changing() as connection:
            return folder_named(connection, name)

    def rename_folder(self, folder_id: int, name: str) -> None:
        with self._changing() as connection:
            connection.execute(
                "UPDATE folders SET name = ? WHERE id = ?", (storable(name), folder_id)
            )

    def delete_folder(self, folder_id: int) -> None:
        """The chats in it stay, without a folder."""
        with self._changing() as connection:
            connection.execute("DELETE FROM folders WHERE id = ?", (folder_id,))

    def move_chat(self, conversation_id: int, folder_id: int | None) -> None:
        """Into a folder, or with None out of any; into one that is gone is out of any too."""
        with self._changing() as connection:
            connection.execute(
                "UPDATE conversations SET folder_id = (SELECT id FROM folders WHERE id = ?)"
                " WHERE id = ?",
                (folder_id, conversation_id),
            )


def folder_named(connection: sqlite3.Connection, name: str) -> int:
    name = storable(name)
    found = connection.execute("SELECT MIN(id) FROM folders WHERE name = ?", (name,)).fetchone()[0]
    if found is not None:
        return int(found)
    return new_id(connection.execute("INSERT INTO folders (name) VALUES (?)", (name,)))
