"""Rows of the list of chats as a Qt model: it tells views only what has changed."""

from __future__ import annotations

from PySide6.QtCore import QAbstractListModel, QModelIndex, Qt, Signal
from PySide6.QtWidgets import QWidget

from runtime.language import tr, tr_n
from ui.chat_groups import ListRow, RowKey
from ui.chat_list_changes import change, redrawn

_NO_PARENT = QModelIndex()


class ChatRows(QAbstractListModel):
    """`renamed` carries the row and its new name; the session answers with a new state."""

    renamed = Signal(object, str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows: tuple[ListRow, ...] = ()
        self._keys: list[RowKey] = []

    def show_rows(self, rows: tuple[ListRow, ...]) -> None:
        old = self._rows
        if rows == old:
            return
        keys = [row.key for row in rows]
        step = change(self._keys, keys)
        first = step.first
        if step.moved:
            source, target = step.moved
            # Qt counts the row that goes down still in its old place.
            ahead = target + 1 if target > source else target
            self.beginMoveRows(_NO_PARENT, source, source, _NO_PARENT, ahead)
            kept = [*old[:source], *old[source + 1 :]]
            kept.insert(target, old[source])
            self._rows = tuple(kept)
            self.endMoveRows()
        if step.removed:
            self.beginRemoveRows(_NO_PARENT, first, first + step.removed - 1)
            self._rows = old[:first] + old[first + step.removed :]
            self.endRemoveRows()
        if step.inserted:
            self.beginInsertRows(_NO_PARENT, first, first + step.inserted - 1)
            kept_rows = self._rows
            new = rows[first : first + step.inserted]
            self._rows = kept_rows[:first] + new + kept_rows[first:]
            self.endInsertRows()
        shown, self._rows, self._keys = self._rows, rows, keys
        for begin, end in redrawn(shown, rows):
            self.dataChanged.emit(self.index(begin), self.index(end))

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def row(self, index: QModelIndex) -> ListRow:
        return self._rows[index.row()]

    def key(self, index: QModelIndex) -> RowKey | None:
        return self._rows[index.row()].key if index.isValid() else None

    def index_of(self, key: RowKey | None) -> QModelIndex:
        return self.index(self._keys.index(key)) if key in self._keys else QModelIndex()

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row = self.row(index)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return row.label
        return spoken(row) if role == Qt.ItemDataRole.AccessibleTextRole else None

    def setData(
        self, index: QModelIndex, value: object, _role: int = Qt.ItemDataRole.EditRole
    ) -> bool:
        row = self.row(index)
        name = str(value).strip()
        if row.kind == "heading" or not name or name == row.label:
            return False
        self.renamed.emit(row, name)
        return True

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        flag = Qt.ItemFlag
        if not index.isValid() or self.row(index).kind == "heading":
            return flag.NoItemFlags
        flags = flag.ItemIsEnabled | flag.ItemIsSelectable | flag.ItemIsEditable
        return flags | flag.ItemIsDragEnabled if self.row(index).kind == "chat" else flags


def spoken(row: ListRow) -> str:
    """The row for those who hear it."""
    if row.kind == "heading":
        return tr("{text}, heading", text=row.label)
    if row.kind == "folder":
        chats = tr_n("{n} chat", "{n} chats", row.count)
        if row.unfolded:
            return tr("{name}, folder, open, {chats}", name=row.label, chats=chats)
        return tr("{name}, folder, closed, {chats}", name=row.label, chats=chats)
    return tr("{title}, pinned", title=row.label) if row.pinned else row.label
