"""Asks the person for files and folders, in the system's own dialogs where it has them."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtWidgets import QFileDialog, QWidget

from runtime.language import marked, tr

MODELS_ONLY = marked("Models (*.gguf *.GGUF);;All files (*)")


class FileChoices(Protocol):
    """Each answers with nothing when the person gave up."""

    def files(self, parent: QWidget, title: str) -> tuple[str, ...]: ...
    def folder(self, parent: QWidget, title: str) -> str: ...


class FileDialogs:
    """Qt takes the system's dialog, and its own where there is none."""

    def files(self, parent: QWidget, title: str) -> tuple[str, ...]:
        paths, _ = QFileDialog.getOpenFileNames(parent, title, "", tr(MODELS_ONLY))
        return tuple(paths)

    def folder(self, parent: QWidget, title: str) -> str:
        return QFileDialog.getExistingDirectory(parent, title)
