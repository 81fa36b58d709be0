"""Asks where the picture of a run is to go, and writes it there."""

from __future__ import annotations

import re
from typing import Protocol

from PySide6.QtCore import QIODevice, QSaveFile
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from app.dashboard.card_values import CardValues
from runtime.errors import Problem
from runtime.language import tr
from ui.run_card import run_card
from ui.theme import Theme

_ENDING = ".png"
_LONGEST_NAME = 60


class CardFileChoice(Protocol):
    """Answers with nothing when the person gave up."""

    def to_write(self, parent: QWidget, title: str, name: str) -> str: ...


class CardFileDialog:
    """Qt takes the system's dialog, and its own where there is none."""

    def to_write(self, parent: QWidget, title: str, name: str) -> str:
        path, _ = QFileDialog.getSaveFileName(parent, title, name, "PNG (*.png)")
        return path


def save_run_card(
    parent: QWidget, theme: Theme, values: CardValues, choice: CardFileChoice | None = None
) -> Problem | None:
    """What the export menu's "Save picture" does; the problem where it could not be written."""
    name = file_name(values.model)
    path = (choice or CardFileDialog()).to_write(parent, tr("Save picture of this run"), name)
    if not path:
        return None
    if not path.lower().endswith(_ENDING):
        path += _ENDING
    return write_card(run_card(theme, values), path)


def write_card(image: QImage, path: str) -> Problem | None:
    """The whole picture, or none: a file that is there stays until the new one is complete."""
    file = QSaveFile(path)
    written = file.open(QIODevice.OpenModeFlag.WriteOnly) and image.save(file, "PNG")
    if written and file.commit():
        return None
    return Problem(
        "card_not_saved",
        tr("The picture was not saved"),
        tr("{path} could not be written: {reason}", path=path, reason=file.errorString()),
        tr("Choose another folder, or free some space."),
    )


def file_name(model: str) -> str:
    """A name for the picture that every system takes."""
    words = re.sub(r"[^\w\-. ()]+", " ", model)
    words = re.sub(r"\s+", " ", words)[:_LONGEST_NAME].strip(" .")
    return (words or "Coterie") + _ENDING
