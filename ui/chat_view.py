"""The conversation: title, notices, messages, and the composer under them."""

from __future__ import annotations

from PySide6.QtCore import QMargins, QPoint, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from app.session_state import EngineState, MessageView, SessionCommands, SessionState
from runtime.language import marked, tr
from ui.centred import Centred
from ui.composer import Composer
from ui.controls import IconButton
from ui.engine_cards import EmptyChat, LoadingCard
from ui.labels import Label
from ui.message_column import MessageColumn
from ui.notice_bar import NoticeBar
from ui.problem_card import Choice, ProblemCard
from ui.tab_order import chain, tab_stops
from ui.theme import Theme

NEW_CHAT_TITLE = marked("New chat")
PIN, UNPIN = marked("Pin this chat"), marked("Unpin this chat")
EMPTY_PX = 420


class ChatView(QFrame):
    rename_wanted = Signal(int)
    delete_wanted = Signal(object)

    def __init__(self, theme: Theme, commands: SessionCommands) -> None:
        super().__init__()
        self._theme, self._commands = theme, commands
        self._state: SessionState | None = None
        self._engine_shown: EngineState | None = None
        self._engine_card: ProblemCard | None = None
        self._loading: LoadingCard | None = None
        self._ordered: list[QWidget] = []
        self.setProperty("surface", "window")
        self.setAcceptDrops(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._top_bar())
        self.notices = NoticeBar(theme, commands)
        column.addWidget(self.notices)
        self.middle = QStackedWidget()
        self.messages = MessageColumn(theme, commands, self._message_problem)
        self.empty = EmptyChat(theme)
        self.middle.addWidget(self.messages)
        self.middle.addWidget(self._middle(self.empty, EMPTY_PX))
        column.addWidget(self.middle, 1)
        column.addWidget(self._composer())
        self.empty.suggested.connect(self.composer.fill)
        theme.changed.connect(self.messages.restyle)

    @property
    def engine_card(self) -> ProblemCard | None:
        return self._engine_card

    @property
    def loading(self) -> LoadingCard | None:
        return self._loading

    def show_state(self, state: SessionState) -> None:
        before, self._state = self._state, state
        if before is None or state.conversation is not before.conversation:
            self.title.show_text(state.conversation.title or tr(NEW_CHAT_TITLE))
            self.more.setVisible(state.conversation.id is not None)
            self.pin.setVisible(state.conversation.id is not None)
            self.pin.show_icon("pin", tr(UNPIN if state.conversation.pinned else PIN))
            self.pin.set_kept_down(state.conversation.pinned)
        if before is None or state.notices is not before.notices:
            self.notices.show_notices(state.notices)
        tail = self._tail(state)
        self.messages.show_state(state, tail)
        if before is not None and _choices_change(before, state):
            self.messages.refresh_problems()
        is_empty = not state.conversation.messages and state.answer is None and tail is None
        is_empty = is_empty and state.queued_text is None
        self.middle.setCurrentIndex(1 if is_empty else 0)
        if is_empty:
            self.empty.show_state(state)
        self.composer.show_state(state)
        self._order_tabs()

    def _order_tabs(self) -> None:
        """Messages are made after the composer; Tab meets them before it."""
        shown = [self.pin, self.more, self.notices, *self.messages.in_order(), self.composer]
        if shown != self._ordered:
            self._ordered = shown
            chain(tab_stops(*shown))

    def _turn_pin(self) -> None:
        conversation = self._state.conversation if self._state else None
        if conversation is not None and conversation.id is not None:
            self._commands.pin_chat(conversation.id, not conversation.pinned)

    def focus_composer(self) -> None:
        self.composer.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._state and self._state.answer:
            self._commands.stop()
        else:
            super().keyPressEvent(event)

    # Files let go over the conversation go where those over the composer do.

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.composer.dragEnterEvent(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.composer.dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self.composer.dropEvent(event)

    def _top_bar(self) -> QFrame:
        bar = QFrame()
        bar.setProperty("line", "bottom")
        bar.setFixedHeight(self._theme.px("layout.top_bar_chat"))
        row = QHBoxLayout(bar)
        row.setContentsMargins(32, 0, 12, 1)
        row.setSpacing(4)
        self.title = Label(self._theme, tr(NEW_CHAT_TITLE), "ui", weight=600, elided=True)
        row.addWidget(self.title, 1)
        self.pin = IconButton(self._theme, "pin", tr(PIN))
        self.pin.clicked.connect(self._turn_pin)
        self.pin.hide()
        row.addWidget(self.pin)
        self.more = IconButton(self._theme, "ellipsis", tr("Chat actions"))
        self.more.clicked.connect(self._show_menu)
        self.more.hide()
        row.addWidget(self.more)
        self.top_row = row
        return bar

    def _composer(self) -> Centred:
        self.composer = Composer(self._theme, self._commands)
        margin = self._theme.px("layout.conversation_margin")
        width = self._theme.px("layout.reading_max")
        return Centred(self.composer, width, QMargins(margin, 10, margin, 16))

    def _middle(self, widget: QWidget, width: int) -> QWidget:
        ground = QWidget()
        column = QVBoxLayout(ground)
        column.addStretch(2)
        column.addWidget(Centred(widget, width))
        column.addStretch(3)
        return ground

    # What stands after the last message

    def _tail(self, state: SessionState) -> QWidget | None:
        engine = state.engine
        if engine.phase == "loading":
            self._drop_engine_card()
            if self._loading is None:
                self._loading = LoadingCard(self._theme)
                self._loading.cancelled.connect(lambda: self._commands.cancel_load())
            self._loading.show_state(state)
            return self._loading
        if engine.phase in ("failed", "crashed") and engine.problem is not None:
            last = state.conversation.messages[-1] if state.conversation.messages else None
            if last is None or last.problem != engine.problem:
                return self._engine_problem(engine)
        self._drop_engine_card()
        return None

    def _engine_problem(self, engine: EngineState) -> ProblemCard:
        if engine is not self._engine_shown or self._engine_card is None:
            self._drop_engine_card()
            assert engine.problem is not None
            self._engine_shown = engine
            self._engine_card = ProblemCard(
                self._theme, engine.problem, (self._restart(engine),), engine.log_tail
            )
        return self._engine_card

    def _drop_engine_card(self) -> None:
        if self._engine_card is not None:
            self._engine_card.hide()
            self._engine_card.deleteLater()
            self._engine_card = None

    def _restart(self, engine: EngineState) -> Choice:
        text = tr("Restart") if engine.phase == "crashed" else tr("Try again")
        return Choice(text, self._commands.restart_engine, "primary")

    def _message_problem(self, message: MessageView, is_last: bool) -> ProblemCard | None:
        state = self._state
        if message.problem is None or state is None:
            return None
        log_tail = state.engine.log_tail if is_last else ""
        choices = self._choices(message, state) if is_last else ()
        return ProblemCard(self._theme, message.problem, choices, log_tail)

    def _choices(self, message: MessageView, state: SessionState) -> tuple[Choice, ...]:
        commands, engine = self._commands, state.engine
        if engine.phase in ("failed", "crashed"):
            return (self._restart(engine),)
        if engine.phase != "ready":
            return ()
        assert message.problem is not None
        if message.problem.kind == "context_full":
            return (
                Choice(
                    tr("Continue without the oldest turns"),
                    commands.continue_without_oldest,
                    "primary",
                ),
                Choice(tr("New chat"), commands.new_chat),
            )
        again = Choice(tr("Try again"), commands.retry, "plain" if message.text else "primary")
        if message.text:
            return Choice(tr("Continue"), commands.continue_answer, "primary"), again
        return (again,)

    # The chat's own menu

    def _show_menu(self) -> None:
        menu = self.chat_menu()
        menu.popup(self.more.mapToGlobal(self.more.rect().bottomRight()) - _to_left(menu))

    def chat_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        conversation = self._state.conversation if self._state else None
        if conversation is not None and conversation.id is not None:
            chat_id = conversation.id
            menu.addAction(tr("Rename"), lambda: self.rename_wanted.emit(chat_id))
            menu.addAction(tr("Delete"), lambda: self.delete_wanted.emit(conversation))
        return menu


def _to_left(menu: QMenu) -> QPoint:
    return QPoint(menu.sizeHint().width(), -4)


def _choices_change(before: SessionState, after: SessionState) -> bool:
    return (
        before.engine.phase != after.engine.phase or before.engine.log_tail != after.engine.log_tail
    )
