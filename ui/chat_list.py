"""The list of chats: pinned ones, folders and days; new, search, open, rename, move, delete."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QVBoxLayout

from app.session_state import Conversation, ExportFormat, SessionCommands, SessionState
from runtime.language import tr
from ui.chat_folder_drag import place_at
from ui.chat_groups import ListRow, RowKey, list_rows
from ui.chat_list_deeds import ListDeeds
from ui.chat_list_files import ChatFileChoices, ChatFileDialogs
from ui.chat_list_menus import list_menu, row_menu
from ui.chat_list_painter import ChatRowPainter
from ui.chat_list_view import ChatListView
from ui.chat_rows import ChatRows
from ui.chat_search_turn import ChatSearch
from ui.chat_undo_bar import UndoBar
from ui.controls import IconButton
from ui.delete_dialog import may_delete_folder
from ui.icon_mark import IconMark
from ui.labels import Label, Paragraph
from ui.theme import Theme


class ChatList(QFrame):
    """Which folders are open it remembers while the program runs."""

    def __init__(
        self,
        theme: Theme,
        commands: SessionCommands,
        today: Callable[[], date] = date.today,
        files: ChatFileChoices | None = None,
    ) -> None:
        super().__init__()
        self._theme, self._commands, self._today = theme, commands, today
        self._state: SessionState | None = None
        self._shown_on: date | None = None
        self._unfolded: frozenset[int] = frozenset()
        self.deeds = ListDeeds(
            *(commands, files or ChatFileDialogs()),
            lambda name, count: may_delete_folder(theme, self.window(), name, count),
            self,
        )
        self.setProperty("surface", "sidebar")
        self.setProperty("line", "right")
        self.setFixedWidth(theme.px("layout.conversation_list"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 1, 0)
        column.setSpacing(0)
        column.addLayout(self._header())
        column.addLayout(self._search())
        self.nothing = Paragraph(theme, "", "small", "tertiary")
        self.nothing.setContentsMargins(16, 10, 16, 0)
        self.nothing.hide()
        column.addWidget(self.nothing)
        column.addWidget(self._list(), 1)
        column.addWidget(self.hits, 1)
        self.undo_bar = UndoBar(theme)
        self.undo_bar.undone.connect(self._undo)
        column.addWidget(self.undo_bar)
        column.addWidget(self._footer())

    def show_state(self, state: SessionState) -> None:
        before, self._state = self._state, state
        opened = before is None or before.conversation.id != state.conversation.id
        if opened:
            self._unfold_open(state.conversation)
        if opened or self._rows_differ(before, state):
            self._fill()
        self.finding.show_state(state)
        if opened:
            self._painter.open_id = state.conversation.id
            self._select_open()
            self.view.viewport().update()
        self.undo_bar.show_deleted(state.deleted)
        self.deeds.show_folders(state.folders)

    def take_over(self, before: ChatList) -> None:
        """Go on where another one was, before the first state."""
        self._unfolded = before._unfolded
        self.undo_bar.take_over(before.undo_bar)
        self.search.setText(before.search.text())

    def rename(self, chat_id: int) -> None:
        """Open the title of this chat for editing, in its row."""
        self.search.clear()
        self._edit(("chat", chat_id))

    def export(self, chat_id: int, form: ExportFormat) -> None:
        row = self._row(self.rows.index_of(("chat", chat_id)))
        if row is not None:
            self.deeds.export(row, form)

    def chat_beside(self, chat_id: int | None, step: int) -> int | None:
        """The next chat in the list, or the one before; the first where `chat_id` isn't there."""
        here = self.rows.index_of(("chat", chat_id))
        number = here.row() + step if here.isValid() else 0
        while 0 <= number < self.rows.rowCount():
            row = self.rows.row(self.rows.index(number))
            if row.kind == "chat":
                return row.id
            number += step if here.isValid() else 1
        return None

    # Its parts

    def _header(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(16, 0, 8, 0)
        row.setSpacing(2)
        title = Label(self._theme, tr("Chats"), "reading", weight=600)
        title.setFixedHeight(self._theme.px("layout.top_bar_chat"))
        row.addWidget(title, 1)
        self.more = IconButton(self._theme, "ellipsis", tr("Menu of the list"))
        self.more.clicked.connect(self._show_list_menu)
        row.addWidget(self.more)
        self.new_chat = IconButton(self._theme, "square-pen", tr("New chat"), shortcut="Ctrl+N")
        self.new_chat.clicked.connect(lambda: self._commands.new_chat())
        row.addWidget(self.new_chat)
        return row

    def _search(self) -> QHBoxLayout:
        self.finding = ChatSearch(self._theme, self._commands, self)
        self.search, self.hits = self.finding.field, self.finding.hits
        self.finding.turned.connect(self._show_found)
        self.finding.passed.connect(lambda: self.view.setFocus(Qt.FocusReason.ShortcutFocusReason))
        row = QHBoxLayout()
        # Ten to the text below, six of which are in the first row.
        row.setContentsMargins(12, 0, 12, 4)
        row.addWidget(self.search)
        return row

    def _list(self) -> ChatListView:
        self.rows = ChatRows(self)
        self.rows.renamed.connect(self.deeds.rename)
        self._painter = ChatRowPainter(self._theme, self.rows, self)
        self.view = ChatListView(self.rows, self._painter)
        self.view.wanted.connect(self._do)
        self.view.menu_wanted.connect(self._show_menu)
        self.view.dropped.connect(self._drop)
        self.deeds.rename_wanted.connect(lambda row: self._edit(row.key))
        self.deeds.folder_made.connect(self._show_new_folder)
        return self.view

    def _footer(self) -> QFrame:
        footer = QFrame()
        footer.setProperty("line", "top")
        footer.setFixedHeight(self._theme.px("space.10"))
        row = QHBoxLayout(footer)
        row.setContentsMargins(16, 1, 16, 0)
        row.setSpacing(8)
        row.addWidget(IconMark(self._theme, "lock", 14, "text.tertiary"))
        words = tr("Chats stay on this computer")
        row.addWidget(Label(self._theme, words, "caption", "tertiary", elided=True), 1)
        return footer

    # The rows

    def _rows_differ(self, before: SessionState | None, state: SessionState) -> bool:
        return (
            before is None
            or before.conversations is not state.conversations
            or before.folders is not state.folders
            or self._today() != self._shown_on
        )

    def _fill(self) -> None:
        if self._state is None:
            return
        self._shown_on = self._today()
        current = self.rows.key(self.view.currentIndex())
        state = self._state
        self.rows.show_rows(
            list_rows(state.conversations, state.folders, self._unfolded, self._shown_on)
        )
        # Rows that went and came back would lose the keyboard's place.
        index = self.rows.index_of(current)
        if index.isValid() and index != self.view.currentIndex():
            self.view.setCurrentIndex(index)
        self._show_found()

    def _unfold_open(self, chat: Conversation) -> None:
        if chat.folder_id is not None and not chat.pinned:
            self._unfolded |= {chat.folder_id}

    def _select_open(self) -> None:
        self.view.setCurrentIndex(self.rows.index_of(("chat", self._painter.open_id)))

    def _row(self, index: QModelIndex) -> ListRow | None:
        row = self.rows.row(index) if index.isValid() else None
        return row if row is not None and row.kind != "heading" else None

    def _edit(self, key: RowKey) -> None:
        if self._state is not None and key[0] == "chat":
            folder = next((c.folder_id for c in self._state.conversations if c.id == key[1]), None)
            if folder is not None and folder not in self._unfolded:
                self._unfolded |= {folder}
                self._fill()
        index = self.rows.index_of(key)
        if index.isValid():
            self.view.setCurrentIndex(index)
            self.view.edit(index)

    def _show_new_folder(self, folder_id: int) -> None:
        self.search.clear()
        self._unfolded |= {folder_id}
        self._fill()
        self._edit(("folder", folder_id))

    # What the person does

    def _do(self, deed: str, index: QModelIndex) -> None:
        row = self._row(index)
        if deed == "undo":
            self._undo()
            return
        if deed != "delete":
            self.undo_bar.put_away()  # The person has gone on.
        if row is None:
            return
        {
            "open": self._open,
            "fold": lambda row: self._fold(row, unfold=False),
            "unfold": lambda row: self._fold(row, unfold=True),
            "rename": lambda row: self._edit(row.key),
            "delete": self.deeds.delete,
        }[deed](row)

    def _open(self, row: ListRow) -> None:
        if row.kind == "folder":
            self._fold(row, unfold=not row.unfolded)
        else:
            self._commands.open_chat(row.id)

    def _fold(self, row: ListRow, *, unfold: bool) -> None:
        if row.kind == "folder":
            self._unfolded = self._unfolded | {row.id} if unfold else self._unfolded - {row.id}
            self._fill()
        elif row.indented and not unfold:
            self.view.setCurrentIndex(self.rows.index_of(("folder", row.folder_id)))

    def _undo(self) -> None:
        if self._state is not None and self._state.deleted is not None:
            if self.undo_bar.isAncestorOf(self.focusWidget()):
                self.view.setFocus(Qt.FocusReason.OtherFocusReason)
            self._commands.undo_delete()

    def _drop(self, chat_id: int, number: int) -> None:
        rows = [self.rows.row(self.rows.index(n)) for n in range(self.rows.rowCount())]
        chat = self._row(self.rows.index_of(("chat", chat_id)))
        if chat is not None:
            self.deeds.put(chat, place_at(rows, number))

    def _show_found(self) -> None:
        """The list gives way to what was found once there is an answer."""
        state, searching = self._state, self.finding.is_on
        if state is None:
            return
        self.hits.setVisible(searching and bool(state.hits))
        self.view.setVisible(not searching and bool(self.rows.rowCount()))
        self.nothing.setVisible(self.hits.isHidden() and self.view.isHidden())
        self.nothing.show_text(
            tr("Nothing found for \u201c{words}\u201d.", words=state.search)
            if searching
            else tr("Your chats appear here.")
        )

    # Menus

    def menu_of(self, row: ListRow) -> QMenu:
        folders = self._state.folders if self._state is not None else ()
        return row_menu(self, row, folders, self.deeds)

    def list_menu(self) -> QMenu:
        has_chats = self._state is not None and bool(self._state.conversations)
        return list_menu(
            *(self, self.deeds.new_folder, self.deeds.bring_in, self.deeds), has_chats=has_chats
        )

    def _show_menu(self, index: QModelIndex, at: QPoint) -> None:
        row = self._row(index)
        if row is None or self._painter.menu_row >= 0:
            return
        self._painter.menu_row = index.row()
        menu = self.menu_of(row)
        menu.aboutToHide.connect(self._menu_gone)
        menu.popup(at)

    def _menu_gone(self) -> None:
        self._painter.menu_row = -1
        self.view.viewport().update()

    def _show_list_menu(self) -> None:
        menu = self.list_menu()
        menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.view.viewport().update()
