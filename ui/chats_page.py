"""The chats: the list of them, the open one, and the live panel."""

from __future__ import annotations

from msgspec.structs import replace as replace_settings
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout

from app.session_state import Conversation, SessionCommands, SessionState
from runtime.language import tr
from ui.chat_list import ChatList
from ui.chat_view import ChatView
from ui.controls import IconButton
from ui.live_panel import LivePanel
from ui.page import Page
from ui.theme import Theme


class ChatsPage(Page):
    prices_wanted = Signal()

    def __init__(self, theme: Theme, commands: SessionCommands) -> None:
        super().__init__()
        self._theme, self._commands = theme, commands
        self._state: SessionState | None = None
        self._shown_chat: Conversation | None = None
        # Asked for while the window is too narrow to show them by itself.
        self._list_called = False
        self._panel_called = False
        self.list = ChatList(theme, commands)
        self.chat = ChatView(theme, commands)
        self.panel = LivePanel(theme)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.list)
        row.addWidget(self.chat, 1)
        row.addWidget(self.panel)
        self._add_openers()
        self.chat.delete_wanted.connect(lambda chat: self._delete(chat.id))
        self.chat.rename_wanted.connect(self._rename)
        self.panel.closed.connect(self.toggle_panel)
        self.panel.prices_wanted.connect(self.prices_wanted)

    def show_state(self, state: SessionState) -> None:
        self._state = state
        self.list.show_state(state)
        self.chat.show_state(state)
        if not self.panel.isHidden():
            self.panel.show_state(state)
        self._place()

    def take_focus(self) -> None:
        self.chat.focus_composer()

    def take_over(self, before: ChatsPage) -> None:
        """Go on where another one was, with the keyboard in the same place."""
        self.list.take_over(before.list)
        places = (
            (before.list.search, self.list.search),
            (before.list.view, self.list.view),
        )
        for old, new in places:
            if old.hasFocus():
                new.setFocus(Qt.FocusReason.OtherFocusReason)
                return
        if before.isAncestorOf(before.window().focusWidget()):
            self.take_focus()

    def search(self) -> None:
        self._call_list()
        self.list.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.list.search.selectAll()

    def toggle_panel(self) -> None:
        if self._state is None:
            return
        if self._narrow("live_panel"):
            self._panel_called = not self._panel_called
            self._place()
        else:
            settings = self._state.settings
            self._commands.change_settings(
                replace_settings(settings, live_panel_open=not settings.live_panel_open)
            )

    def toggle_list(self) -> None:
        self._list_called = not self._list_called
        self._place()

    def make_room(self, window_width: int) -> None:
        """Close what does not fit, and take the wider measures where there is room."""
        wide = "_wide" if window_width >= self._theme.px("layout.wide_from") else ""
        self.list.setFixedWidth(self._theme.px(f"layout.conversation_list{wide}"))
        self.panel.setFixedWidth(self._theme.px(f"layout.live_panel{wide}"))
        if not self._narrow("live_panel"):
            self._panel_called = False
        if not self._narrow("conversation_list"):
            self._list_called = False
        self._place()

    def _narrow(self, what: str) -> bool:
        return self.window().width() < self._theme.px(f"layout.{what}_collapses_below")

    def _place(self) -> None:
        wanted = self._state is None or self._state.settings.live_panel_open
        panel = self._panel_called if self._narrow("live_panel") else wanted
        listed = self._list_called if self._narrow("conversation_list") else True
        if panel and self.panel.isHidden() and self._state is not None:
            self.panel.show_state(self._state)
        self.panel.setVisible(panel)
        self.list.setVisible(listed)
        self.open_panel.setVisible(not panel)
        self.open_list.setVisible(self._narrow("conversation_list"))

    def _add_openers(self) -> None:
        self.open_list = IconButton(self._theme, "panel-left", tr("Show or hide the chats"))
        self.open_list.clicked.connect(self.toggle_list)
        self.open_panel = IconButton(
            self._theme, "panel-right", tr("Open the live panel"), shortcut="Ctrl+."
        )
        self.open_panel.clicked.connect(self.toggle_panel)
        self.chat.top_row.insertWidget(0, self.open_list)
        self.chat.top_row.addWidget(self.open_panel)

    def _rename(self, chat_id: int) -> None:
        self._call_list()
        self.list.rename(chat_id)

    def _delete(self, chat_id: int) -> None:
        self._call_list()  # That it can be brought back stands at the list's foot.
        self._commands.delete_chat(chat_id)

    def _call_list(self) -> None:
        self._list_called = True
        self._place()

    # With the open chat

    def rename_chat(self) -> None:
        if (chat := self._open_chat()) is not None:
            self._rename(chat)

    def delete_chat(self) -> None:
        if (chat := self._open_chat()) is not None:
            self._delete(chat)

    def pin_chat(self) -> None:
        if self._state is not None and (chat := self._open_chat()) is not None:
            self._commands.pin_chat(chat, not self._state.conversation.pinned)

    def export_chat(self) -> None:
        if (chat := self._open_chat()) is not None:
            self.list.export(chat, "markdown")

    def open_beside(self, step: int) -> None:
        """The next chat in the list, or the one before."""
        chat = self.list.chat_beside(self._open_chat(), step)
        if chat is not None:
            self._commands.open_chat(chat)

    def regenerate(self) -> None:
        """Answer again, unless an answer is being written."""
        if self._state is not None and self._state.answer is None:
            answer = self._state.conversation.last_answer
            if answer is not None:
                self._commands.regenerate(answer.id)

    def _open_chat(self) -> int | None:
        return self._state.conversation.id if self._state is not None else None
