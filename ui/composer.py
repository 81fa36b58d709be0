"""Where messages are written: the field, the model, how full the context is, Send or Stop."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import (
    QPainter,
    QPaintEvent,
    QPen,
    QTextCursor,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from app.session_state import SessionCommands, SessionState
from ui.context_meter import ContextMeter
from ui.controls import PaintedButton
from ui.message_field import MessageField
from ui.model_pill import ModelPill
from ui.theme import Theme


class SendButton(PaintedButton):
    """Send, or Stop while an answer runs."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Send")
        self.is_stop = False
        self.setFixedSize(32, 32)
        self.setToolTip("Send (Enter)")

    def show_stop(self, is_stop: bool) -> None:
        if is_stop != self.is_stop:
            self.is_stop = is_stop
            self.setAccessibleName("Stop" if is_stop else "Send")
            self.setToolTip("Stop (Esc)" if is_stop else "Send (Enter)")
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = self.begin()
        color = self.theme.color
        radius = self.theme.px("radius.control")
        if not self.isEnabled():
            self.fill(painter, color("surface.sunken"), radius)
            self.draw_icon(painter, "arrow-up", 18, "text.tertiary", 7, 7)
            return
        self.fill(painter, color("action.ink_hover" if self.hovered() else "action.ink"), radius)
        if self.is_stop:
            painter.setBrush(color("action.on_ink"))
            painter.drawRoundedRect(QRectF(10, 10, 12, 12), 2, 2)
        else:
            self.draw_icon(painter, "arrow-up", 18, "action.on_ink", 7, 7)


class Composer(QFrame):
    """The box. What is typed is kept as the conversation's draft."""

    def __init__(self, theme: Theme, commands: SessionCommands) -> None:
        super().__init__()
        self._theme, self._commands = theme, commands
        self._draft_of: tuple[int | None, str] = (None, "")
        self._loading_draft = False
        self.field = MessageField(theme)
        self.field.sent.connect(self._send)
        self.field.focus_changed.connect(self.update)
        self.field.textChanged.connect(self._typed)
        self.pill = ModelPill(theme, commands)
        self.meter = ContextMeter(theme)
        self.send_button = SendButton(theme)
        self.send_button.clicked.connect(self._send_or_stop)
        column = QVBoxLayout(self)
        column.setContentsMargins(15, 12, 11, 10)
        column.setSpacing(8)
        column.addWidget(self.field)
        tools = QHBoxLayout()
        tools.setContentsMargins(0, 0, 0, 0)
        tools.setSpacing(6)
        tools.addWidget(self.pill)
        tools.addStretch()
        tools.addWidget(self.meter)
        tools.addSpacing(8)
        tools.addWidget(self.send_button)
        column.addLayout(tools)
        self._refresh_button(answering=False)

    def show_state(self, state: SessionState) -> None:
        self.pill.show_state(state)
        self._show_draft(state)
        self.field.show_hint(hint_for(state))
        self.meter.show_tokens(context_tokens(state), state.engine.n_ctx)
        self._refresh_button(answering=state.answer is not None)

    def fill(self, text: str) -> None:
        """Put `text` in the field and the cursor behind it."""
        self.field.setPlainText(text)
        self.field.moveCursor(QTextCursor.MoveOperation.End)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_draft(self, state: SessionState) -> None:
        draft = (state.conversation.id, state.conversation.draft)
        if draft != self._draft_of:
            self._draft_of = draft
            if self.field.toPlainText() != draft[1]:
                self._loading_draft = True
                self.field.setPlainText(draft[1])
                self.field.moveCursor(QTextCursor.MoveOperation.End)
                self._loading_draft = False

    def _typed(self) -> None:
        self._refresh_button(answering=self.send_button.is_stop)
        if not self._loading_draft:
            self._commands.keep_draft(self.field.toPlainText())

    def _refresh_button(self, *, answering: bool) -> None:
        self.send_button.show_stop(answering)
        self.send_button.setEnabled(answering or bool(self.field.toPlainText().strip()))

    def _send(self) -> None:
        text = self.field.toPlainText()
        if text.strip():
            # Emptied first: a message that can't be stored comes back as the draft.
            self.field.clear()
            self._draft_of = (self._draft_of[0], "")
            self._commands.send(text)

    def _send_or_stop(self) -> None:
        if self.send_button.is_stop:
            self._commands.stop()
        else:
            self._send()

    def mousePressEvent(self, _event) -> None:
        self.field.setFocus(Qt.FocusReason.MouseFocusReason)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = self._theme.color
        line = "line.control" if self.field.hasFocus() else "line.line"
        painter.setPen(QPen(color(line), 1))
        painter.setBrush(color("surface.field"))
        radius = self._theme.px("radius.composer")
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


def hint_for(state: SessionState) -> str:
    if state.answer is not None:
        return "Write the next message; it is sent when this answer ends"
    if state.engine.phase == "loading":
        return "Write now; the message is sent when loading ends"
    if state.model is None:
        return "Choose a model, then write a message"
    return "Write a message"


def context_tokens(state: SessionState) -> int:
    """Tokens of context in use, counted along while an answer runs."""
    answer = state.answer
    if answer is None or not answer.prompt_tokens:
        return state.context_used
    return max(state.context_used, answer.prompt_tokens + answer.completion_tokens)
