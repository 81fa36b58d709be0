"""The list of chats under mouse and keyboard: it says what is wanted of which row."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QListView

from runtime.language import tr
from ui.chat_folder_drag import chat_in, mime_of
from ui.chat_list_painter import ChatRowPainter
from ui.chat_rows import ChatRows
from ui.focus_ring import KEYBOARD_REASONS
from ui.shortcut_table import deed_of


class ChatListView(QListView):
    """`wanted` carries a deed of the shortcut table's place "list" and the row it is for.

    `menu_wanted` adds where on the screen, `dropped` is a chat's id and the row it was let go on,
    -1 for below them all.
    """

    wanted = Signal(str, QModelIndex)
    menu_wanted = Signal(QModelIndex, QPoint)
    dropped = Signal(int, int)

    def __init__(self, rows: ChatRows, painter: ChatRowPainter) -> None:
        super().__init__()
        self._rows, self._painter = rows, painter
        self.setModel(rows)
        self.setItemDelegate(painter)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDropIndicatorShown(False)
        self.setAccessibleName(tr("Chats"))
        self.setTabKeyNavigation(False)
        self.clicked.connect(lambda index: self.wanted.emit("open", index))

    def sizeHint(self) -> QSize:
        return QSize(100, 100)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._painter.ring_wanted = event.reason() in KEYBOARD_REASONS
        super().focusInEvent(event)
        if not self.currentIndex().isValid():
            self.go_to_first()

    def go_to_first(self) -> None:
        """The first row that isn't a heading."""
        for number in range(self._rows.rowCount()):
            index = self._rows.index(number)
            if self._rows.row(index).kind != "heading":
                self.setCurrentIndex(index)
                return

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.state() == QAbstractItemView.State.EditingState:
            super().keyPressEvent(event)
            return
        self._painter.ring_wanted = True
        deed = deed_of(event, "list")
        if not deed:
            super().keyPressEvent(event)
        elif deed == "menu":
            self._menu_of_current()
        else:
            self.wanted.emit(deed, self.currentIndex())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self._menu_of_current()
        elif self.indexAt(event.pos()).isValid():
            self.menu_wanted.emit(self.indexAt(event.pos()), event.globalPos())

    def _menu_of_current(self) -> None:
        index = self.currentIndex()
        if index.isValid():
            corner = self.visualRect(index).bottomRight()
            self.menu_wanted.emit(index, self.viewport().mapToGlobal(corner - QPoint(24, 0)))

    # The mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._painter.ring_wanted = False
        index = self._dots_under(event.position().toPoint())
        if index.isValid() and event.button() == Qt.MouseButton.LeftButton:
            corner = self.visualRect(index).bottomRight()
            self.menu_wanted.emit(index, self.viewport().mapToGlobal(corner - QPoint(24, 0)))
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        hot = self._dots_under(event.position().toPoint()).isValid()
        if hot != self._painter.hot_dots:
            self._painter.hot_dots = hot
            self.viewport().update()

    def _dots_under(self, at: QPoint) -> QModelIndex:
        index = self.indexAt(at)
        has_menu = index.isValid() and self._rows.row(index).kind != "heading"
        if has_menu and self._painter.dots_at(self.visualRect(index), at):
            return index
        return QModelIndex()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._painter.hot_dots = False

    # Dragging

    def startDrag(self, _actions: Qt.DropAction) -> None:
        index = self.currentIndex()
        if not index.isValid() or self._rows.row(index).kind != "chat":
            return
        rect = self.visualRect(index)
        drag = QDrag(self)
        drag.setMimeData(mime_of(self._rows.row(index).id))
        drag.setPixmap(self.viewport().grab(rect))
        drag.setHotSpot(self.viewport().mapFromGlobal(self.cursor().pos()) - rect.topLeft())
        drag.exec(Qt.DropAction.MoveAction)
        self._mark_drop(-1)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._take(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        super().dragMoveEvent(event)  # It scrolls at the edges.
        if self._take(event):
            self._mark_drop(self._row_under(event))

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        super().dragLeaveEvent(event)
        self._mark_drop(-1)

    def dropEvent(self, event: QDropEvent) -> None:
        self.dragLeaveEvent(QDragLeaveEvent())  # The scrolling at the edges ends.
        chat_id = chat_in(event.mimeData())
        if chat_id is not None and self._take(event):
            self.dropped.emit(chat_id, self._row_under(event))

    def _take(self, event: QDropEvent) -> bool:
        if chat_in(event.mimeData()) is None:
            event.ignore()
            return False
        event.setDropAction(Qt.DropAction.MoveAction)
        event.accept()
        return True

    def _row_under(self, event: QDropEvent) -> int:
        return self.indexAt(event.position().toPoint()).row()

    def _mark_drop(self, row: int) -> None:
        """Folders light up while a chat hangs over them."""
        on_folder = row >= 0 and self._rows.row(self._rows.index(row)).kind == "folder"
        lit = row if on_folder else -1
        if lit != self._painter.drop_row:
            self._painter.drop_row = lit
            self.viewport().update()
