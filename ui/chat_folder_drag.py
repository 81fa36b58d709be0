"""Dragging chats in the list: what is carried, and where letting go would put it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QMimeData

from app.session_state import SessionCommands
from ui.chat_groups import ListRow

_MIME = "application/x-coterie-chat"


@dataclass(frozen=True)
class Place:
    """Where a chat can stand: pinned, in a folder, or with the others by day."""

    pinned: bool = False
    folder_id: int | None = None


def mime_of(chat_id: int) -> QMimeData:
    mime = QMimeData()
    mime.setData(_MIME, str(chat_id).encode())
    return mime


def chat_in(mime: QMimeData) -> int | None:
    """The chat that is dragged, None when it is something else."""
    text = bytes(mime.data(_MIME).data()).decode("ascii", "replace")
    return int(text) if text.isdigit() else None


def place_at(rows: Sequence[ListRow], number: int) -> Place:
    """What row `number` stands for; below the last row and on headings of days: no folder."""
    if not 0 <= number < len(rows):
        return Place()
    row = rows[number]
    if row.kind == "folder":
        return Place(folder_id=row.id)
    if row.pinned or (row.kind == "heading" and _leads_pinned(rows, number)):
        return Place(pinned=True)
    return Place(folder_id=row.folder_id if row.indented else None)


def _leads_pinned(rows: Sequence[ListRow], heading: int) -> bool:
    """Pinned chats stand below their own heading only."""
    return any(row.pinned for row in rows[heading + 1 : heading + 2])


def put(commands: SessionCommands, chat: ListRow, place: Place) -> None:
    """Ask for what brings `chat` to `place`; nothing where it stands there already."""
    if place.pinned:
        if not chat.pinned:
            commands.pin_chat(chat.id, True)
        return
    if chat.folder_id != place.folder_id:
        commands.move_chat(chat.id, place.folder_id)
    if chat.pinned:
        commands.pin_chat(chat.id, False)
