"""What is dragged or pasted as files, and the dialogs that ask for files of a chat."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QMimeData
from PySide6.QtWidgets import QFileDialog, QWidget

from runtime.language import marked, tr, tr_n

PRESETS_ONLY = marked("Presets (*.json);;All files (*)")
ATTACH = marked("Attach files")
IMPORT, EXPORT = marked("Import a preset"), marked("Export the preset")


class ChatFileChoices(Protocol):
    """Each answers with nothing when the person gave up."""

    def attachments(self, parent: QWidget) -> tuple[str, ...]: ...
    def preset_to_read(self, parent: QWidget) -> str: ...
    def preset_to_write(self, parent: QWidget, name: str) -> str: ...


class ChatFileDialogs:
    """Qt takes the system's dialog, and its own where there is none."""

    def attachments(self, parent: QWidget) -> tuple[str, ...]:
        paths, _ = QFileDialog.getOpenFileNames(parent, tr(ATTACH))
        return tuple(paths)

    def preset_to_read(self, parent: QWidget) -> str:
        path, _ = QFileDialog.getOpenFileName(parent, tr(IMPORT), "", tr(PRESETS_ONLY))
        return path

    def preset_to_write(self, parent: QWidget, name: str) -> str:
        path, _ = QFileDialog.getSaveFileName(parent, tr(EXPORT), name, tr(PRESETS_ONLY))
        return path


def files_in(mime: QMimeData) -> tuple[str, ...]:
    """The files of a drag or of the clipboard; links to the web are none."""
    return tuple(url.toLocalFile() for url in mime.urls() if url.isLocalFile())


def drop_line(count: int) -> str:
    return tr_n("Let go to attach it", "Let go to attach these {n} files", count)
