"""Rows of the conversation list: headings and chats, as a Qt model and its painter."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.session_state import ConversationSummary
from ui.chat_groups import ChatGroup
from ui.theme import Theme

CHAT_ROLE = Qt.ItemDataRole.UserRole
_HEADING_PX, _FIRST_HEADING_PX = 32, 24
_INSET_PX, _PADDING_PX = 8, 8


@dataclass(frozen=True)
class ChatRow:
    """A heading when `chat` is None."""

    label: str
    chat: ConversationSummary | None = None


class ChatRows(QAbstractListModel):
    """`renamed` carries the id and the new title; the session answers with a new state."""

    renamed = Signal(int, str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows: tuple[ChatRow, ...] = ()

    def show_groups(self, groups: tuple[ChatGroup, ...]) -> None:
        rows: list[ChatRow] = []
        for group in groups:
            rows.append(ChatRow(group.label))
            rows.extend(ChatRow(chat.title, chat) for chat in group.chats)
        if tuple(rows) != self._rows:
            self.beginResetModel()
            self._rows = tuple(rows)
            self.endResetModel()

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def row(self, index: QModelIndex) -> ChatRow:
        return self._rows[index.row()]

    def index_of(self, chat_id: int | None) -> QModelIndex:
        for number, row in enumerate(self._rows):
            if row.chat is not None and row.chat.id == chat_id:
                return self.index(number)
        return QModelIndex()

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row = self.row(index)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return row.label
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return row.label if row.chat else f"{row.label}, heading"
        return row.chat if role == CHAT_ROLE else None

    def setData(
        self, index: QModelIndex, value: object, _role: int = Qt.ItemDataRole.EditRole
    ) -> bool:
        chat = self.row(index).chat
        title = str(value).strip()
        if chat is None or not title or title == chat.title:
            return False
        self.renamed.emit(chat.id, title)
        return True

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        if not index.isValid() or self.row(index).chat is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable


class ChatRowPainter(QStyledItemDelegate):
    """Draws a row. `open_id` is the conversation that stands in the window."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.open_id: int | None = None
        self.ring_wanted = False

    def sizeHint(self, _option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        if index.data(CHAT_ROLE) is not None:
            return QSize(0, self._theme.px("row.conversation"))
        return QSize(0, _HEADING_PX if index.row() else _FIRST_HEADING_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        chat = index.data(CHAT_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chat is None:
            self._heading(painter, option.rect, str(index.data()))
        else:
            self._chat(painter, option, chat)
        painter.restore()

    def _heading(self, painter: QPainter, rect: QRect, label: str) -> None:
        painter.setFont(self._theme.font("caption", 500))
        painter.setPen(self._theme.color("text.tertiary"))
        box = rect.adjusted(_INSET_PX + _PADDING_PX, 0, -_INSET_PX, -4)
        painter.drawText(box, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft, label)

    def _chat(
        self, painter: QPainter, option: QStyleOptionViewItem, chat: ConversationSummary
    ) -> None:
        theme = self._theme
        box = QRectF(option.rect).adjusted(_INSET_PX, 0, -_INSET_PX, 0)
        radius = theme.px("radius.control_small")
        is_open = chat.id == self.open_id
        painter.setPen(Qt.PenStyle.NoPen)
        if is_open:
            painter.setBrush(theme.color("surface.selected"))
            painter.drawRoundedRect(box, radius, radius)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(theme.color("surface.hover"))
            painter.drawRoundedRect(box, radius, radius)
        if self.ring_wanted and option.state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("action.focus"), theme.px("stroke.focus_ring")))
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), radius - 1, radius - 1)
        font = theme.font("ui", 500 if is_open else 400)
        painter.setFont(font)
        painter.setPen(theme.color("text.primary" if is_open else "text.secondary"))
        text_box = box.adjusted(_PADDING_PX, 0, -_PADDING_PX, 0)
        title = QFontMetrics(font).elidedText(
            chat.title, Qt.TextElideMode.ElideRight, int(text_box.width())
        )
        painter.drawText(text_box, Qt.AlignmentFlag.AlignVCenter, title)

    def createEditor(
        self, parent: QWidget, _option: QStyleOptionViewItem, _index: QModelIndex
    ) -> QWidget:
        editor = QLineEdit(parent)
        editor.setAccessibleName("New title")
        editor.setProperty("inline", True)
        editor.setFont(self._theme.font("ui"))
        return editor

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, _index: QModelIndex
    ) -> None:
        editor.setGeometry(option.rect.adjusted(_INSET_PX, 1, -_INSET_PX, -1))
