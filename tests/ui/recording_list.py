"""Stands in for the file dialogs of the list of chats."""

from __future__ import annotations

from app.session_state import ExportFormat


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
