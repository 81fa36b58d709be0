"""The messages of one conversation, newest at the bottom, older ones brought in on demand."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QMargins, QPoint, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QMenu, QVBoxLayout, QWidget

from app.session_state import MessageView, SessionState
from ui.centred import Centred
from ui.controls import Button
from ui.message_views import AnswerView, UserBubble
from ui.problem_card import ProblemCard
from ui.scroll_bar import SCROLL_BAR_PX, ScrollArea
from ui.theme import Theme

PAGE_MESSAGES = 16
AT_BOTTOM_PX = 8
_WEB = ("http", "https", "mailto")


class MessageColumn(ScrollArea):
    """Follows the answer while the person is at the bottom; stays where they scrolled to.

    `problem_card` makes the card of a failed message: (message, is_last) -> card or None.
    """

    retry_wanted = Signal()

    def __init__(
        self, theme: Theme, problem_card: Callable[[MessageView, bool], ProblemCard | None]
    ) -> None:
        super().__init__(theme)
        self._theme, self._problem_card = theme, problem_card
        self._conversation_id: int | None = None
        self._messages: tuple[MessageView, ...] = ()
        self._first_shown = 0
        self._views: dict[int, UserBubble | AnswerView] = {}
        self._running: AnswerView | None = None
        self._waiting: UserBubble | None = None
        self._waiting_text: str | None = None
        self._tail: QWidget | None = None
        self._following = True
        self._anchor_from_bottom: int | None = None
        self._moving = False
        self._build()

    @property
    def following(self) -> bool:
        return self._following

    @property
    def views(self) -> list[UserBubble | AnswerView]:
        """The views of the messages shown, oldest first."""
        return [self._views[m.id] for m in self._messages[self._first_shown :]]

    @property
    def running(self) -> AnswerView | None:
        return self._running

    @property
    def waiting(self) -> UserBubble | None:
        return self._waiting

    def _build(self) -> None:
        theme = self._theme
        column = QWidget()
        self._items = QVBoxLayout(column)
        self._items.setContentsMargins(0, 0, 0, 0)
        self._items.setSpacing(0)
        self.earlier = Button(theme, "Show earlier messages", "plain", "compact")
        self.earlier.clicked.connect(self.show_earlier)
        self.earlier.hide()
        self._items.addWidget(self.earlier, 0, Qt.AlignmentFlag.AlignHCenter)
        ground = QWidget()
        outer = QVBoxLayout(ground)
        outer.setContentsMargins(0, 0, 0, 0)
        margin = theme.px("layout.conversation_margin")
        # The scroll bar always has its place, so the column stays in the middle without it.
        margins = QMargins(margin, 20, margin - SCROLL_BAR_PX, 20)
        outer.addWidget(Centred(column, theme.px("layout.reading_max"), margins))
        outer.addStretch()
        self.show_content(ground)
        bar = self.verticalScrollBar()
        bar.rangeChanged.connect(self._range_changed)
        bar.valueChanged.connect(self._scrolled)

    def show_state(self, state: SessionState, tail: QWidget | None) -> None:
        """`tail` is the card that stands after the last message, or None."""
        conversation = state.conversation
        if conversation.id != self._conversation_id:
            if self._conversation_id is not None or self._running is None:
                self._clear()
            self._conversation_id = conversation.id
            self._following = True
        if conversation.messages is not self._messages:
            self._show_messages(conversation.messages, answering=state.answer is not None)
        self._show_running(state)
        self._show_waiting(state)
        self._show_tail(tail)

    def refresh_problems(self) -> None:
        """Make the last message's card again: what can be done about it has changed."""
        if self._messages:
            self._show_message(self._messages[-1], is_last=True)

    def in_order(self) -> list[QWidget]:
        """What stands in the column, from top to bottom."""
        below = (self._running, self._tail, self._waiting)
        return [self.earlier, *self.views, *(widget for widget in below if widget is not None)]

    def show_earlier(self) -> None:
        bar = self.verticalScrollBar()
        self._anchor_from_bottom = bar.maximum() - bar.value()
        self._following = False
        shown_from = self._first_shown
        self._first_shown = max(0, shown_from - PAGE_MESSAGES)
        for offset, message in enumerate(self._messages[self._first_shown : shown_from]):
            self._insert(message, 1 + offset)
        self.earlier.setVisible(self._first_shown > 0)

    def follow(self) -> None:
        """Go to the newest text and stay with it."""
        self._following = True
        self._to_bottom()

    def restyle(self) -> None:
        views = [*self._views.values(), self._running, self._waiting]
        for view in views:
            if view is not None:
                view.restyle()

    # Messages

    def _clear(self) -> None:
        for view in self._views.values():
            self._drop(view)
        self._views.clear()
        self._drop(self._running)
        self._running = None
        self._messages, self._first_shown = (), 0
        self.earlier.hide()

    def _show_messages(self, messages: tuple[MessageView, ...], *, answering: bool) -> None:
        old = self._messages
        if not self._views:
            self._first_shown = max(0, len(messages) - PAGE_MESSAGES)
        self._messages = messages
        self._first_shown = min(self._first_shown, len(messages))
        shown = messages[self._first_shown :]
        kept = {message.id for message in shown}
        for gone in [message_id for message_id in self._views if message_id not in kept]:
            self._drop(self._views.pop(gone))
        before = {message.id: message for message in old}
        last = messages[-1] if messages else None
        old_last = old[-1].id if old else None
        for offset, message in enumerate(shown):
            is_last = message is last and not answering
            if message.id not in self._views:
                self._insert(message, 1 + offset)
            elif message != before.get(message.id) or is_last or message.id == old_last:
                self._show_message(message, is_last=is_last)
        self.earlier.setVisible(self._first_shown > 0)

    def _insert(self, message: MessageView, at: int) -> None:
        view: UserBubble | AnswerView
        if message.role == "user":
            view = UserBubble(self._theme, message.text)
            view.text.link_followed.connect(self._offer_link)
            view.setContentsMargins(0, 0, 0, 0)
        elif self._running is not None and message.text.startswith(self._running.text.text):
            view, self._running = self._running, None
            self._items.removeWidget(view)
        else:
            view = self._new_answer()
        self._views[message.id] = view
        self._items.insertWidget(at, view)
        self._show_message(message, is_last=message is self._messages[-1])
        view.show()

    def _show_message(self, message: MessageView, *, is_last: bool) -> None:
        view = self._views.get(message.id)
        if isinstance(view, AnswerView):
            card = self._problem_card(message, is_last) if message.problem else None
            view.show_finished(message, is_last=is_last, problem=card)

    def _new_answer(self) -> AnswerView:
        view = AnswerView(self._theme)
        view.retry_wanted.connect(self.retry_wanted)
        view.text.link_followed.connect(self._offer_link)
        return view

    def _show_running(self, state: SessionState) -> None:
        if state.answer is None:
            if self._running is not None:
                self._drop(self._running)
                self._running = None
            return
        if self._running is None:
            self._running = self._new_answer()
            self._items.insertWidget(1 + len(self._views), self._running)
            for view in self._views.values():
                if isinstance(view, AnswerView):
                    view.show_last(False)
            self._running.show()
        self._running.show_running(state.answer)

    def _show_waiting(self, state: SessionState) -> None:
        if state.queued_text != self._waiting_text:
            self._waiting_text = state.queued_text
            self._drop(self._waiting)
            self._waiting = None
            if state.queued_text is not None:
                self._waiting = UserBubble(self._theme, state.queued_text, waiting=True)
                self._items.addWidget(self._waiting)
                self._waiting.show()
        if self._waiting is not None:
            loading = state.engine.phase == "loading"
            self._waiting.show_waiting_for(
                "Sent when loading ends" if loading else "Sent when this answer ends"
            )

    def _show_tail(self, tail: QWidget | None) -> None:
        if tail is self._tail:
            return
        if self._tail is not None:
            self._tail.hide()
            self._items.removeWidget(self._tail)
        self._tail = tail
        if tail is not None:
            at = 1 + len(self._views) + (self._running is not None)
            self._items.insertWidget(at, tail)
            tail.show()

    def _drop(self, view: QWidget | None) -> None:
        if view is not None:
            self._items.removeWidget(view)
            view.hide()
            view.deleteLater()

    # Links

    def _offer_link(self, url: QUrl, at: QPoint) -> None:
        self.link_menu(url).popup(at)

    def link_menu(self, url: QUrl) -> QMenu:
        """Where the link goes, in full, before anything is opened."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        address = url.toDisplayString()
        menu.addAction(address.replace("&", "&&")).setEnabled(False)
        menu.addSeparator()
        if url.scheme() in _WEB:
            menu.addAction("Open in the browser", lambda: QDesktopServices.openUrl(url))
        menu.addAction("Copy address", lambda: QApplication.clipboard().setText(url.toString()))
        return menu

    # Scrolling

    def _range_changed(self) -> None:
        if self._anchor_from_bottom is not None:
            bar = self.verticalScrollBar()
            self._set_value(bar.maximum() - self._anchor_from_bottom)
            self._anchor_from_bottom = None
        elif self._following:
            self._to_bottom()

    def _to_bottom(self) -> None:
        self._set_value(self.verticalScrollBar().maximum())

    def _set_value(self, value: int) -> None:
        self._moving = True
        self.verticalScrollBar().setValue(value)
        self._moving = False

    def _scrolled(self, value: int) -> None:
        if not self._moving:
            self._following = value >= self.verticalScrollBar().maximum() - AT_BOTTOM_PX
