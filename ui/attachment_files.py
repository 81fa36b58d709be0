"""What is dragged or pasted as files, and the dialogs that ask for files of a chat."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QMimeData
from PySide6.QtWidgets import QFileDialog, QWidget

PRESETS_ONLY = "Presets (*.json);;All files (*)"
ATTACH, IMPORT, EXPORT = "Attach files", "Import a preset", "Export the preset"


class ChatFileChoices(Protocol):
    """Each answers with nothing when the person gave up."""

    def attachments(self, parent: QWidget) -> tuple[str, ...]: ...
    def preset_to_read(self, parent: QWidget) -> str: ...
    def preset_to_write(self, parent: QWidget, name: str) -> str: ...


class ChatFileDialogs:
    """Qt takes the system's dialog, and its own where there is none."""

    def attachments(self, parent: QWidget) -> tuple[str, ...]:
        paths, _ = QFileDialog.getOpenFileNames(parent, ATTACH)
        return tuple(paths)

    def preset_to_read(self, parent: QWidget) -> str:
        path, _ = QFileDialog.getOpenFileName(parent, IMPORT, "", PRESETS_ONLY)
        return path

    def preset_to_write(self, parent: QWidget, name: str) -> str:
        path, _ = QFileDialog.getSaveFileName(parent, EXPORT, name, PRESETS_ONLY)
        return path


def files_in(mime: QMimeData) -> tuple[str, ...]:
    """The files of a drag or of the clipboard; links to the web are none."""
    return tuple(url.toLocalFile() for url in mime.urls() if url.isLocalFile())


def drop_line(count: int) -> str:
    return "Let go to attach it" if count == 1 else f"Let go to attach these {count:,} files"
