"""What the person does with chats and folders of the list, as commands for the session."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.session_state import ExportFormat, Folder, SessionCommands
from runtime.language import marked, tr
from ui.chat_folder_drag import Place, put
from ui.chat_groups import ListRow
from ui.chat_list_files import ChatFileChoices, file_name

NEW_FOLDER = marked("New folder")
# Whether a folder of this name, with this many chats, may go.
FolderQuestion = Callable[[str, int], bool]


class ListDeeds(QObject):
    """`rename_wanted` carries a row, `folder_made` the id of a folder asked for here."""

    rename_wanted = Signal(object)
    folder_made = Signal(int)

    def __init__(
        self,
        commands: SessionCommands,
        files: ChatFileChoices,
        may_delete_folder: FolderQuestion,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._commands, self._files, self._window = commands, files, window
        self._may_delete_folder = may_delete_folder
        self._folders: tuple[Folder, ...] = ()
        # The chats that wait for a folder that was asked for, None for a folder by itself.
        self._waiting: list[int | None] = []

    def show_folders(self, folders: tuple[Folder, ...]) -> None:
        """A folder that is new belongs to who waits for one."""
        known = {folder.id for folder in self._folders}
        new = [folder.id for folder in folders if folder.id not in known]
        self._folders = folders
        for folder_id in new:
            if self._waiting:
                chat_id = self._waiting.pop(0)
                # Not now: a command while a state is being drawn would draw another inside it.
                QTimer.singleShot(0, self, lambda f=folder_id, c=chat_id: self._made(f, c))

    def _made(self, folder_id: int, chat_id: int | None) -> None:
        if chat_id is not None:
            self._commands.move_chat(chat_id, folder_id)
        self.folder_made.emit(folder_id)

    def new_folder(self) -> None:
        self._ask_folder(None)

    def move_to_new_folder(self, row: ListRow) -> None:
        self._ask_folder(row.id)

    def _ask_folder(self, chat_id: int | None) -> None:
        self._waiting = [chat_id]
        self._commands.new_folder(free_name(self._folders))

    def rename_row(self, row: ListRow) -> None:
        self.rename_wanted.emit(row)

    def rename(self, row: ListRow, name: str) -> None:
        if row.kind == "folder":
            self._commands.rename_folder(row.id, name)
        else:
            self._commands.rename_chat(row.id, name)

    def pin(self, row: ListRow) -> None:
        self._commands.pin_chat(row.id, not row.pinned)

    def move(self, row: ListRow, folder_id: int | None) -> None:
        if folder_id != row.folder_id:
            self._commands.move_chat(row.id, folder_id)

    def put(self, row: ListRow, place: Place) -> None:
        put(self._commands, row, place)

    def delete(self, row: ListRow) -> None:
        """Chats can be brought back; only a folder that holds some is asked about."""
        if row.kind == "chat":
            self._commands.delete_chat(row.id)
        elif row.kind == "folder":
            held = next((one.count for one in self._folders if one.id == row.id), row.count)
            if not held or self._may_delete_folder(row.label, held):
                self._commands.delete_folder(row.id)

    def export(self, row: ListRow | None, form: ExportFormat) -> None:
        """One chat, None for all."""
        title = tr("Export all chats") if row is None else tr("Export the chat")
        name = file_name(tr("Chats") if row is None else row.label, form)
        path = self._files.to_write(self._window, title, name, form)
        if path:
            self._commands.export_chats(path, form, None if row is None else row.id)

    def bring_in(self) -> None:
        paths = self._files.to_read(self._window, tr("Import chats"))
        if paths:
            self._commands.import_chats(paths)


def free_name(folders: Sequence[Folder]) -> str:
    """A name for a new folder that none has."""
    taken = {folder.name for folder in folders}
    plain, number = tr(NEW_FOLDER), 1
    name = plain
    while name in taken:
        number += 1
        name = f"{plain} {number}"
    return name
