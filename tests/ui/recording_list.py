"""Stands in for the session where the list of chats needs more of it."""

from __future__ import annotations

from app.session_state import ExportFormat, SearchHit
from tests.ui.recording_commands import RecordingCommands


class RecordingList(RecordingCommands):
    def pin_chat(self, conversation_id: int, pinned: bool) -> None:
        self.calls.append(("pin_chat", conversation_id, pinned))

    def move_chat(self, conversation_id: int, folder_id: int | None) -> None:
        self.calls.append(("move_chat", conversation_id, folder_id))

    def new_folder(self, name: str) -> None:
        self.calls.append(("new_folder", name))

    def rename_folder(self, folder_id: int, name: str) -> None:
        self.calls.append(("rename_folder", folder_id, name))

    def delete_folder(self, folder_id: int) -> None:
        self.calls.append(("delete_folder", folder_id))

    def undo_delete(self) -> None:
        self.calls.append(("undo_delete",))

    def search_chats(self, text: str) -> None:
        self.calls.append(("search_chats", text))

    def open_hit(self, hit: SearchHit) -> None:
        self.calls.append(("open_hit", hit))

    def export_chats(self, path: str, form: ExportFormat, conversation_id: int | None) -> None:
        self.calls.append(("export_chats", path, form, conversation_id))

    def import_chats(self, paths: tuple[str, ...]) -> None:
        self.calls.append(("import_chats", paths))

    def regenerate(self, message_id: int) -> None:
        self.calls.append(("regenerate", message_id))


class ChosenListFiles:
    """Answers at once what the person would choose; `asked` are the names that were offered."""

    def __init__(self, *paths: str) -> None:
        self.paths = paths
        self.asked: list[str] = []

    def to_read(self, _parent: object, title: str) -> tuple[str, ...]:
        self.asked.append(title)
        return self.paths

    def to_write(self, _parent: object, _title: str, name: str, _form: ExportFormat) -> str:
        self.asked.append(name)
        return self.paths[0] if self.paths else ""
