"""The menu of one model's files: verify them, show them, delete them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget

from app.owned_state import OwnedCommands, OwnedFacts
from runtime.language import tr
from ui.owned_words import delete_action, verified_line


def row_menu(
    parent: QWidget,
    commands: OwnedCommands,
    facts: OwnedFacts,
    want_delete: Callable[[], object],
    *,
    is_busy: bool,
) -> QMenu:
    """While something runs on the files, only showing them is offered."""
    model_id = facts.model_id
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.setAccessibleName(tr("Files of the model"))
    menu.addAction(verified_line(facts)).setEnabled(False)
    verify = menu.addAction(tr("Verify again"), lambda: commands.verify(model_id))
    menu.addAction(tr("Show in the file manager"), lambda: commands.reveal(model_id))
    menu.addSeparator()
    delete = menu.addAction(delete_action(facts), want_delete)
    verify.setEnabled(not is_busy)
    delete.setEnabled(not is_busy and not facts.shipped)
    return menu
