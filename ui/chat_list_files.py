"""Asks where chats are to be read from or written to, in the system's own dialogs."""

from __future__ import annotations

import re
from typing import Protocol

from PySide6.QtWidgets import QFileDialog, QWidget

from app.session_state import ExportFormat
from runtime.language import tr

_FILTERS: dict[ExportFormat, str] = {
    "markdown": "Markdown (*.md)",
    "json": "JSON (*.json)",
}
_ENDINGS: dict[ExportFormat, str] = {"markdown": ".md", "json": ".json"}
_CHATS = "*.json *.md *.markdown"
_LONGEST_NAME = 60


class ChatFileChoices(Protocol):
    """Each answers with nothing when the person gave up."""

    def to_read(self, parent: QWidget, title: str) -> tuple[str, ...]: ...
    def to_write(self, parent: QWidget, title: str, name: str, form: ExportFormat) -> str: ...


class ChatFileDialogs:
    """Qt takes the system's dialog, and its own where there is none."""

    def to_read(self, parent: QWidget, title: str) -> tuple[str, ...]:
        kinds = f"{tr('Chats')} ({_CHATS});;{tr('All files')} (*)"
        paths, _ = QFileDialog.getOpenFileNames(parent, title, "", kinds)
        return tuple(paths)

    def to_write(self, parent: QWidget, title: str, name: str, form: ExportFormat) -> str:
        path, _ = QFileDialog.getSaveFileName(parent, title, name, _FILTERS[form])
        return path


def file_name(title: str, form: ExportFormat) -> str:
    """A name for a chat's file that every system takes."""
    words = re.sub(r"[^\w\-. ()]+", " ", title)
    words = re.sub(r"\s+", " ", words)[:_LONGEST_NAME].strip(" .")
    return (words or tr("Chat")) + _ENDINGS[form]
