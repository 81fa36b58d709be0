"""The menus of the list of chats: of a chat, of a folder, and of the list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget

from app.session_state import ExportFormat, Folder
from runtime.language import tr
from ui.chat_groups import ListRow


class RowDeeds(Protocol):
    """What can be done with a row."""

    def rename_row(self, row: ListRow) -> None: ...
    def pin(self, row: ListRow) -> None: ...
    def move(self, row: ListRow, folder_id: int | None) -> None: ...
    def move_to_new_folder(self, row: ListRow) -> None: ...
    def export(self, row: ListRow | None, form: ExportFormat) -> None: ...
    def delete(self, row: ListRow) -> None: ...


def row_menu(parent: QWidget, row: ListRow, folders: Sequence[Folder], deeds: RowDeeds) -> QMenu:
    if row.kind == "folder":
        return _folder_menu(parent, row, deeds)
    menu = _menu(parent, tr("Menu of \u201c{title}\u201d", title=row.label))
    menu.addAction(tr("Rename"), lambda: deeds.rename_row(row))
    menu.addAction(tr("Unpin") if row.pinned else tr("Pin"), lambda: deeds.pin(row))
    _add_folders(menu.addMenu(tr("Move to folder")), row, folders, deeds)
    menu.addSeparator()
    menu.addAction(tr("Export as Markdown\u2026"), lambda: deeds.export(row, "markdown"))
    menu.addAction(tr("Export as JSON\u2026"), lambda: deeds.export(row, "json"))
    menu.addSeparator()
    menu.addAction(tr("Delete"), lambda: deeds.delete(row))
    return menu


def list_menu(
    parent: QWidget,
    new_folder: Callable[[], object],
    bring_in: Callable[[], object],
    deeds: RowDeeds,
    *,
    has_chats: bool,
) -> QMenu:
    menu = _menu(parent, tr("Menu of the list"))
    menu.addAction(tr("New folder"), new_folder)
    menu.addSeparator()
    menu.addAction(tr("Import chats\u2026"), bring_in)
    for act in (
        menu.addAction(tr("Export all as JSON\u2026"), lambda: deeds.export(None, "json")),
        menu.addAction(tr("Export all as Markdown\u2026"), lambda: deeds.export(None, "markdown")),
    ):
        act.setEnabled(has_chats)
    return menu


def _folder_menu(parent: QWidget, row: ListRow, deeds: RowDeeds) -> QMenu:
    menu = _menu(parent, tr("Menu of the folder \u201c{name}\u201d", name=row.label))
    menu.addAction(tr("Rename"), lambda: deeds.rename_row(row))
    menu.addAction(tr("Delete folder"), lambda: deeds.delete(row))
    return menu


def _add_folders(menu: QMenu, row: ListRow, folders: Sequence[Folder], deeds: RowDeeds) -> None:
    menu.setAccessibleName(tr("Move to folder"))
    for folder in folders:
        act = menu.addAction(_literal(folder.name))
        act.setCheckable(True)
        act.setChecked(folder.id == row.folder_id)
        act.triggered.connect(_mover(deeds, row, folder.id))
    if folders:
        menu.addSeparator()
    menu.addAction(tr("New folder\u2026"), lambda: deeds.move_to_new_folder(row))
    out = menu.addAction(tr("No folder"), lambda: deeds.move(row, None))
    out.setEnabled(row.folder_id is not None)


def _mover(deeds: RowDeeds, row: ListRow, folder_id: int) -> Callable[[], None]:
    return lambda: deeds.move(row, folder_id)


def _literal(name: str) -> str:
    """An ampersand would be taken for the mark of a key."""
    return name.replace("&", "&&")


def _menu(parent: QWidget, name: str) -> QMenu:
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.setAccessibleName(name)
    return menu
