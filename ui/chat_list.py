"""The list of conversations: new, search, open, rename, delete."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QMenu,
    QVBoxLayout,
)

from app.session_state import ConversationSummary, SessionCommands, SessionState
from ui.chat_groups import grouped, matching
from ui.chat_rows import CHAT_ROLE, ChatRowPainter, ChatRows
from ui.controls import IconButton
from ui.focus_ring import KEYBOARD_REASONS
from ui.icon_mark import IconMark
from ui.labels import Label, Paragraph
from ui.theme import Theme


class SearchField(QLineEdit):
    """A line edit with the glass before and the shortcut behind its text."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setFont(theme.font("ui"))
        self.setFixedHeight(theme.px("control.default"))
        self.setPlaceholderText("Search chats")
        self.setAccessibleName("Search chats")
        self.setTextMargins(24, 0, 0, 0)
        self.setClearButtonEnabled(False)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        icon = self._theme.icon("search", 16, "text.tertiary", self.devicePixelRatioF())
        painter.drawPixmap(11, (self.height() - 16) // 2, icon)
        if not self.text():
            painter.setFont(self._theme.font("caption"))
            painter.setPen(self._theme.color("text.tertiary"))
            box = self.rect().adjusted(0, 0, -11, 0)
            painter.drawText(
                box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, "Ctrl K"
            )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() == Qt.Key.Key_Down:
            self.focusNextChild()
        else:
            super().keyPressEvent(event)


class ChatListView(QListView):
    opened = Signal(QModelIndex)
    delete_wanted = Signal(QModelIndex)

    def __init__(self, painter: ChatRowPainter) -> None:
        super().__init__()
        self._painter = painter
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Chats")
        self.setTabKeyNavigation(False)
        self.clicked.connect(self.opened)

    def sizeHint(self) -> QSize:
        return QSize(100, 100)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._painter.ring_wanted = event.reason() in KEYBOARD_REASONS
        super().focusInEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        editing = self.state() == QAbstractItemView.State.EditingState
        self._painter.ring_wanted = True
        if not editing and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit(index)
        elif not editing and event.key() == Qt.Key.Key_Delete:
            self.delete_wanted.emit(index)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event) -> None:
        self._painter.ring_wanted = False
        super().mousePressEvent(event)


class ChatList(QFrame):
    delete_wanted = Signal(object)

    def __init__(
        self, theme: Theme, commands: SessionCommands, today: Callable[[], date] = date.today
    ) -> None:
        super().__init__()
        self._theme, self._commands, self._today = theme, commands, today
        self._shown: tuple[ConversationSummary, ...] | None = None
        self._shown_on: date | None = None
        self.setProperty("surface", "sidebar")
        self.setProperty("line", "right")
        self.setFixedWidth(theme.px("layout.conversation_list"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 1, 0)
        column.setSpacing(0)
        column.addLayout(self._header())
        self.search = SearchField(theme)
        self.search.textChanged.connect(self._fill)
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 12, 10)
        row.addWidget(self.search)
        column.addLayout(row)
        self.nothing = Paragraph(theme, "", "small", "tertiary")
        self.nothing.setContentsMargins(16, 4, 16, 0)
        self.nothing.hide()
        column.addWidget(self.nothing)
        column.addWidget(self._list(), 1)
        column.addWidget(self._footer())

    def show_state(self, state: SessionState) -> None:
        open_id = state.conversation.id
        if state.conversations is not self._shown or self._today() != self._shown_on:
            self._shown = state.conversations
            self._fill()
        if open_id != self._painter.open_id:
            self._painter.open_id = open_id
            self._select_open()
            self.view.viewport().update()

    def rename(self, chat_id: int) -> None:
        """Open the title of this conversation for editing, in its row."""
        index = self.rows.index_of(chat_id)
        if index.isValid():
            self.view.setCurrentIndex(index)
            self.view.edit(index)

    def _header(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(16, 0, 8, 0)
        title = Label(self._theme, "Chats", "reading", weight=600)
        title.setFixedHeight(self._theme.px("layout.top_bar_chat"))
        row.addWidget(title, 1)
        self.new_chat = IconButton(self._theme, "square-pen", "New chat", shortcut="Ctrl+N")
        self.new_chat.clicked.connect(lambda: self._commands.new_chat())
        row.addWidget(self.new_chat)
        return row

    def _list(self) -> ChatListView:
        self._painter = ChatRowPainter(self._theme, self)
        self.view = ChatListView(self._painter)
        self.rows = ChatRows(self.view)
        self.rows.renamed.connect(self._commands.rename_chat)
        self.view.setModel(self.rows)
        self.view.setItemDelegate(self._painter)
        self.view.opened.connect(self._open)
        self.view.delete_wanted.connect(self._want_delete)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._show_menu)
        return self.view

    def _footer(self) -> QFrame:
        footer = QFrame()
        footer.setProperty("line", "top")
        footer.setFixedHeight(40)
        row = QHBoxLayout(footer)
        row.setContentsMargins(16, 1, 16, 0)
        row.setSpacing(8)
        row.addWidget(IconMark(self._theme, "lock", 14, "text.tertiary"))
        row.addWidget(Label(self._theme, "Chats stay on this computer", "caption", "tertiary"), 1)
        return footer

    def _fill(self) -> None:
        self._shown_on = self._today()
        wanted = self.search.text()
        chats = matching(self._shown or (), wanted)
        self.rows.show_groups(grouped(chats, self._shown_on))
        self.nothing.setVisible(not chats)
        if wanted:
            self.nothing.show_text(f"No chat has \u201c{wanted}\u201d in its title.")
        else:
            self.nothing.show_text("Your chats appear here.")
        self._select_open()

    def _select_open(self) -> None:
        self.view.setCurrentIndex(self.rows.index_of(self._painter.open_id))

    def _chat(self, index: QModelIndex) -> ConversationSummary | None:
        chat = index.data(CHAT_ROLE)
        return chat if isinstance(chat, ConversationSummary) else None

    def _open(self, index: QModelIndex) -> None:
        chat = self._chat(index)
        if chat is not None:
            self._commands.open_chat(chat.id)

    def _want_delete(self, index: QModelIndex) -> None:
        chat = self._chat(index)
        if chat is not None:
            self.delete_wanted.emit(chat)

    def _show_menu(self, at: QPoint) -> None:
        index = self.view.indexAt(at)
        chat = self._chat(index)
        if chat is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Rename", lambda: self.rename(chat.id))
        menu.addAction("Delete", lambda: self.delete_wanted.emit(chat))
        menu.popup(self.view.viewport().mapToGlobal(at))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.view.viewport().update()
