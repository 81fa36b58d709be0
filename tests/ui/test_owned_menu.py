"""The menu of one model's files: what it offers for whose files."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.owned_state import OwnedFacts
from tests.ui.recording_owned_commands import RecordingOwnedCommands
from ui.owned_menu import row_menu


@pytest.mark.parametrize(
    ("facts", "is_busy", "text", "can_delete"),
    [
        (OwnedFacts("a"), False, "Delete\u2026", True),
        (OwnedFacts("a"), True, "Delete\u2026", False),
        (OwnedFacts("a", linked=True), False, "Remove from the list\u2026", True),
        (OwnedFacts("a", shipped=True), False, "Delete (comes with the program)", False),
    ],
)
def test_what_can_be_deleted(
    qtbot: QtBot, facts: OwnedFacts, is_busy: bool, text: str, can_delete: bool
) -> None:
    asked: list[str] = []
    parent = QWidget()
    qtbot.addWidget(parent)
    commands = RecordingOwnedCommands()
    menu = row_menu(parent, commands, facts, lambda: asked.append("delete"), is_busy=is_busy)
    delete = menu.actions()[-1]
    assert (delete.text(), delete.isEnabled()) == (text, can_delete)
    delete.trigger()
    assert asked == (["delete"] if can_delete else [])
