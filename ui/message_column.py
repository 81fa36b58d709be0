"""The messages of one conversation, newest at the bottom; views only of those that are near."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QTimer, QUrl
from PySide6.QtWidgets import QMenu, QWidget

from app.session_state import Attachment, MessageView, SessionCommands, SessionState
from runtime.language import tr
from ui.answer_text import FIRST_CHARACTERS
from ui.message_announce import announce
from ui.message_chips import AttachmentDialog
from ui.message_delete import MessageDeleteDialog
from ui.message_links import link_menu
from ui.message_scroll import MessageScroll
from ui.message_span import Span, around, at_end
from ui.message_views import AnswerView
from ui.message_words import Surroundings, finished_announcement, surroundings
from ui.problem_card import ProblemCard
from ui.theme import Theme
from ui.user_bubble import UserBubble

_NEAR_PX = 1_000
_FEW_CHARACTERS, _LITTLE_LATER_MS = 0, 4
_FOUND_FROM_TOP_PX, _EDITED_FROM_TOP_PX = 96, 24


class MessageColumn(MessageScroll):
    """Follows the answer while the person is at the bottom; stays where they scrolled to.

    `problem_card` makes the card of a failed message: (message, is_last) -> card or None.
    """

    def __init__(
        self,
        theme: Theme,
        commands: SessionCommands,
        problem_card: Callable[[MessageView, bool], ProblemCard | None],
    ) -> None:
        super().__init__(theme)
        self._theme, self._commands, self._problem_card = theme, commands, problem_card
        self._conversation_id: int | None = None
        self._messages: tuple[MessageView, ...] = ()
        self._span = Span(0, 0, 0)
        self._views: dict[int, UserBubble | AnswerView] = {}
        self._shown: dict[int, MessageView] = {}
        self._surroundings = Surroundings()
        self._unfolded: set[int] = set()
        self._found: tuple[int | None, str] = (None, "")
        self._running: AnswerView | None = None
        self._waiting: UserBubble | None = None
        self._waiting_text: str | None = None
        self._tail: QWidget | None = None
        self._first_characters = FIRST_CHARACTERS
        self._fill = QTimer(self, singleShot=True, interval=0)
        self._fill.timeout.connect(self._bring_near)
        self.moved.connect(self._look_near)

    @property
    def views(self) -> list[UserBubble | AnswerView]:
        """The views there are, oldest first."""
        return [self._views[m.id] for m in self._messages[self._span.first : self._span.end]]

    @property
    def running(self) -> AnswerView | None:
        return self._running

    @property
    def waiting(self) -> UserBubble | None:
        return self._waiting

    @property
    def may_follow(self) -> bool:
        return self._span.has_end

    def show_state(self, state: SessionState, tail: QWidget | None) -> None:
        """`tail` is the card that stands after the last message, or None."""
        conversation = state.conversation
        if conversation.id != self._conversation_id:
            if self._conversation_id is not None or self._running is None:
                self._clear()
            self._conversation_id = conversation.id
            self.follow()
        self._surroundings = surroundings(state)
        if conversation.messages is not self._messages:
            self._show_messages(conversation.messages, answering=state.answer is not None)
        self._show_surroundings()
        self._show_running(state)
        self._show_waiting(state)
        self._show_tail(tail)
        self._show_found(state)

    def refresh_problems(self) -> None:
        """Make the last message's card again: what can be done about it has changed."""
        if self._messages:
            self._show_message(self._messages[-1], is_last=True)

    def in_order(self) -> list[QWidget]:
        """What stands in the column, from top to bottom."""
        below = (self._running, self._tail, self._waiting)
        return [*self.views, *(widget for widget in below if widget is not None)]

    def follow(self) -> None:
        if not self._span.has_end:
            self._show_span(_newest(self._messages))
        super().follow()

    def restyle(self) -> None:
        for view in (*self._views.values(), self._running, self._waiting):
            if view is not None:
                view.restyle()

    # Messages

    def _clear(self) -> None:
        for message_id in list(self._views):
            self._drop(message_id)
        self._drop_widget(self._running)
        self._running = None
        self._messages, self._span = (), Span(0, 0, 0)
        self._unfolded.clear()
        self._found = (None, "")

    def _show_messages(self, messages: tuple[MessageView, ...], *, answering: bool) -> None:
        old_last = self._messages[-1].id if self._messages else None
        count = len(messages)
        self._messages = messages
        self._span = self._span.after_change(count) if self._views else _newest(messages)
        shown = messages[self._span.first : self._span.end]
        kept = {message.id for message in shown}
        for gone in [message_id for message_id in self._views if message_id not in kept]:
            self._drop(gone)
        last = messages[-1] if messages else None
        for offset, message in enumerate(shown):
            is_last = message is last and not answering
            if message.id not in self._views:
                self._insert(message, offset)
            elif message != self._shown[message.id] or is_last or message.id == old_last:
                self._show_message(message, is_last=is_last)

    def _insert(self, message: MessageView, at: int) -> None:
        view: UserBubble | AnswerView
        if message.role == "user":
            view = self._new_bubble(message)
        elif self._running is not None and message.text.startswith(self._running.text.text):
            view, self._running = self._running, None
            self.items.removeWidget(view)
            announce(view.text, finished_announcement(message))
        else:
            view = self._new_answer()
        self._views[message.id] = view
        self._connect(view, message.id)
        self.items.insertWidget(at, view)
        self._show_message(message, is_last=message is self._messages[-1])
        if isinstance(view, AnswerView) and message.id in self._unfolded:
            view.thinking.open()
        view.show()

    def _show_message(self, message: MessageView, *, is_last: bool) -> None:
        view = self._views.get(message.id)
        self._shown[message.id] = message
        if isinstance(view, AnswerView):
            card = self._problem_card(message, is_last) if message.problem else None
            view.show_surroundings(self._surroundings)
            view.show_finished(message, is_last=is_last, problem=card)
        elif isinstance(view, UserBubble):
            view.show_message(message)

    def _new_bubble(self, message: MessageView) -> UserBubble:
        view = UserBubble(self._theme, message.text, attachments=message.attachments)
        view.text.link_followed.connect(self._offer_link)
        view.file_opened.connect(self._show_file)
        return view

    def _new_answer(self) -> AnswerView:
        view = AnswerView(self._theme)
        view.text.first_characters = self._first_characters
        view.text.link_followed.connect(self._offer_link)
        view.thinking.link_followed.connect(self._offer_link)
        return view

    def _connect(self, view: UserBubble | AnswerView, message_id: int) -> None:
        commands = self._commands
        view.edit_began.connect(lambda: self._hold_edited(view))
        view.edited.connect(lambda text: commands.edit_message(message_id, text))
        view.turned.connect(lambda step: commands.show_branch(message_id, step))
        view.deleted.connect(lambda: self._ask_delete(message_id))
        if isinstance(view, AnswerView):
            view.regenerate_wanted.connect(lambda: commands.regenerate(message_id))
            view.continue_wanted.connect(lambda: commands.continue_answer())
            view.thinking.toggled.connect(lambda opened: self._folded(message_id, opened))
            if view.thinking.is_open:
                self._unfolded.add(message_id)

    def _folded(self, message_id: int, opened: bool) -> None:
        (self._unfolded.add if opened else self._unfolded.discard)(message_id)

    def _hold_edited(self, view: UserBubble | AnswerView) -> None:
        """What is edited stays in view, however long it is and whatever comes below."""
        from_top_px = self.y_of(view) - self.verticalScrollBar().value()
        self.settle()
        self.hold(view, max(_EDITED_FROM_TOP_PX, from_top_px))

    def _ask_delete(self, message_id: int) -> None:
        dialog = MessageDeleteDialog(self._theme, self)
        dialog.accepted.connect(lambda: self._commands.delete_message(message_id))
        dialog.open()

    def _show_file(self, attachment: Attachment) -> None:
        AttachmentDialog(self._theme, attachment, self).open()

    def _show_surroundings(self) -> None:
        for message_id, view in self._views.items():
            if isinstance(view, AnswerView):
                view.show_surroundings(self._surroundings)
            else:
                view.show_surroundings(self._surroundings, self._shown[message_id])

    def _show_running(self, state: SessionState) -> None:
        if state.answer is None:
            self._drop_widget(self._running)
            self._running = None
            return
        if self._running is None:
            self._to_end()
            self._running = self._new_answer()
            self.items.insertWidget(len(self._views), self._running)
            for view in self._views.values():
                if isinstance(view, AnswerView):
                    view.show_last(False)
            self._running.show()
        self._running.show_running(state.answer)

    def _show_waiting(self, state: SessionState) -> None:
        if state.queued_text != self._waiting_text:
            self._waiting_text = state.queued_text
            self._drop_widget(self._waiting)
            self._waiting = None
            if state.queued_text is not None:
                self._to_end()
                self._waiting = UserBubble(self._theme, state.queued_text, waiting=True)
                self.items.addWidget(self._waiting)
                self._waiting.show()
        if self._waiting is not None:
            loading = state.engine.phase == "loading"
            self._waiting.show_waiting_for(
                tr("Sent when loading ends") if loading else tr("Sent when this answer ends")
            )

    def _show_tail(self, tail: QWidget | None) -> None:
        if tail is self._tail:
            return
        if self._tail is not None:
            self.let_go(self._tail)
            self._tail.hide()
            self.items.removeWidget(self._tail)
        self._tail = tail
        if tail is not None:
            self._to_end()
            self.items.insertWidget(len(self._views) + (self._running is not None), tail)
            tail.show()

    def _drop(self, message_id: int) -> None:
        self._shown.pop(message_id, None)
        self._drop_widget(self._views.pop(message_id))

    def _drop_widget(self, view: QWidget | None) -> None:
        if view is not None:
            self.let_go(view)
            self.items.removeWidget(view)
            view.hide()
            view.deleteLater()

    # Which messages have views

    def _to_end(self) -> None:
        """Something comes after the last message."""
        if not self._span.has_end:
            self.follow()

    def _show_span(self, span: Span) -> None:
        """Views of these messages and no others."""
        wanted = self._messages[span.first : span.end]
        kept = {message.id for message in wanted}
        for gone in [message_id for message_id in self._views if message_id not in kept]:
            self._drop(gone)
        self._span = span
        for offset, message in enumerate(wanted):
            if message.id not in self._views:
                self._insert(message, offset)

    def _look_near(self) -> None:
        """Ask for more where the edge of the span comes near."""
        if not self._fill.isActive() and self._next_span() != self._span:
            self._fill.start(0)

    def _bring_near(self) -> None:
        """One message more or less, and nothing while one is drawn: scrolling stays smooth."""
        if self._is_drawing():
            self._fill.start(_LITTLE_LATER_MS)
            return
        span = self._next_span()
        if span != self._span:
            self._first_characters = _FEW_CHARACTERS
            self._show_span(span)
            self._first_characters = FIRST_CHARACTERS
            self.settle()

    def _is_drawing(self) -> bool:
        edges = (self._messages[n].id for n in (self._span.first, self._span.end - 1) if n >= 0)
        views = (self._views.get(message_id) for message_id in edges)
        return any(isinstance(view, AnswerView) and view.text.is_drawing for view in views)

    def _next_span(self) -> Span:
        span, bar = self._span, self.verticalScrollBar()
        above, below = bar.value(), bar.maximum() - bar.value()
        near = _NEAR_PX + self.viewport().height()
        if above < near and span.first > 0:
            return span.earlier()
        if not self._following and below < near and not span.has_end:
            return span.later()
        if span.is_large and self._running is None and self._tail is None and not self._waiting:
            return self._without_farthest(span, above, below, 3 * near)
        return span

    def _without_farthest(self, span: Span, above: int, below: int, far: int) -> Span:
        if above > far and above >= below:
            return Span(span.first + 1, span.end, span.count)
        if below > far:
            return Span(span.first, span.end - 1, span.count)
        return span

    # What was searched for

    def _show_found(self, state: SessionState) -> None:
        found = (state.shown_message, state.search)
        if found == self._found:
            return
        before, self._found = self._found, found
        if before[0] in self._views:
            self._views[before[0]].mark_words(())
        message_id, search = found
        index = next((n for n, m in enumerate(self._messages) if m.id == message_id), None)
        if message_id is None or index is None:
            return
        if message_id not in self._views:
            self._show_span(around(index, len(self._messages)))
        view = self._views[message_id]
        view.text.draw_all()
        view.mark_words(tuple(search.lower().split()))
        self._hold_found(view, moves=message_id != before[0])

    def _hold_found(self, view: UserBubble | AnswerView, *, moves: bool) -> None:
        if not moves:
            return
        self.settle()
        word = view.text.first_marked()
        inside = int(word.top()) if word is not None else 0
        half = max(0, self.viewport().height() // 2)
        self.hold(view, _FOUND_FROM_TOP_PX if inside < half else half - inside)

    # Links

    def _offer_link(self, url: QUrl, at: QPoint) -> None:
        self.link_menu(url).popup(at)

    def link_menu(self, url: QUrl) -> QMenu:
        return link_menu(url, self)


def _newest(messages: tuple[MessageView, ...]) -> Span:
    return at_end(len(messages), (len(message.text) for message in reversed(messages)))
