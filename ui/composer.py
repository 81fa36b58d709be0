"""Where messages are written: the field, the model, how full the context is, Send or Stop."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetrics,
    QInputMethodEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QTextCursor,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPlainTextEdit, QVBoxLayout, QWidget

from app import number_text
from app.local_models import LocalModel
from app.session_state import SessionCommands, SessionState
from ui.controls import PaintedButton
from ui.theme import Theme

MOST_LINES = 8
NEARLY_FULL = 0.9
_LINE_PX = 22
_METER_PX = 56


class MessageField(QPlainTextEdit):
    """Grows with its text to eight lines. Enter sends, Shift+Enter starts a line."""

    sent = Signal()
    focus_changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._hint, self._theme = "", theme
        self.setFont(theme.font("reading"))
        self.setAccessibleName("Message")
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(0)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self.setCursorWidth(1)
        self.textChanged.connect(self._grow)
        self._grow()

    def show_hint(self, hint: str) -> None:
        if hint != self._hint:
            self._hint = hint
            self.setPlaceholderText(hint)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.sent.emit()
        else:
            super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        super().inputMethodEvent(event)
        self._grow()

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self._grow()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focus_changed.emit()

    def _grow(self) -> None:
        line_px = self.fontMetrics().lineSpacing()
        lines = max(1, int(self.document().size().height()))  # QPlainTextEdit counts in lines
        shown = min(MOST_LINES, lines)
        policy = Qt.ScrollBarPolicy
        wanted = policy.ScrollBarAsNeeded if lines > MOST_LINES else policy.ScrollBarAlwaysOff
        if wanted != self.verticalScrollBarPolicy():
            self.setVerticalScrollBarPolicy(wanted)
        height = shown * line_px + (_LINE_PX - line_px)
        if height != self.height():
            self.setFixedHeight(height)


class ModelPill(PaintedButton):
    """The model in use; opens the menu of models."""

    def __init__(self, theme: Theme, commands: SessionCommands) -> None:
        super().__init__(theme, "Model")
        self._commands = commands
        self._models: tuple[LocalModel, ...] = ()
        self._model: LocalModel | None = None
        self.ring_radius = 14
        self.setFixedHeight(28)
        self.clicked.connect(self.open_menu)
        self._name_font = theme.font("small", 500)
        self._detail_font = theme.font("small")

    def show_state(self, state: SessionState) -> None:
        self._models = state.models
        if state.model is not self._model or not self.text():
            self._model = state.model
            self.setText(state.model.name if state.model else "Choose a model")
            self.setAccessibleName(f"Model: {self.text()}")
            self.updateGeometry()
            self.update()

    def open_menu(self) -> None:
        menu = self.menu()
        menu.popup(self.mapToGlobal(self.rect().topLeft()) - _above(menu))

    def menu(self) -> QMenu:
        """The models on this machine, the one in use marked."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setAccessibleName("Models")
        menu.setFont(self.theme.font("ui"))
        for model in self._models:
            size = number_text.gib_unit(model.file_bytes)
            action = menu.addAction(f"{model.name}\t{model.quantisation}, {size}")
            if self._model is not None and model.id == self._model.id:
                ratio = self.devicePixelRatioF()
                action.setIcon(self.theme.icon("check", 16, "text.primary", ratio))
            action.triggered.connect(
                lambda _=False, model_id=model.id: self._commands.load_model(model_id)
            )
        if not self._models:
            menu.addAction("No models on this computer yet").setEnabled(False)
        return menu

    def _detail(self) -> str:
        return self._model.quantisation if self._model else ""

    def sizeHint(self) -> QSize:
        name = QFontMetrics(self._name_font).horizontalAdvance(self.text())
        detail = QFontMetrics(self._detail_font).horizontalAdvance(self._detail())
        return QSize(10 + min(name, 240) + (6 + detail if detail else 0) + 6 + 14 + 8, 28)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = self.begin()
        color = self.theme.color
        ground = color("surface.hover") if self.hovered() else None
        self.fill(painter, ground, 14, color("line.line"))
        painter.setFont(self._name_font)
        painter.setPen(color("text.primary"))
        metrics = QFontMetrics(self._name_font)
        name = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, 240)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(11, 0, 244, self.height()), middle, name)
        x = 11 + metrics.horizontalAdvance(name) + 6
        painter.setFont(self._detail_font)
        painter.setPen(color("text.tertiary"))
        painter.drawText(QRectF(x, 0, self.width() - x - 24, self.height()), middle, self._detail())
        self.draw_icon(painter, "chevron-down", 14, "text.tertiary", self.width() - 22, 7)


def _above(menu: QMenu) -> QPoint:
    return QPoint(0, menu.sizeHint().height() + 6)


class ContextMeter(QWidget):
    """How much of the context is taken: a short bar and two numbers, amber when nearly full."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._used, self._n_ctx = 0, 0
        self.setFixedHeight(20)
        self.hide()

    @property
    def text(self) -> str:
        if not self._n_ctx:
            return ""
        meter = number_text.meter(self._used, self._n_ctx)
        return f"{meter}, nearly full" if self.nearly_full else meter

    @property
    def nearly_full(self) -> bool:
        return bool(self._n_ctx) and self._used > NEARLY_FULL * self._n_ctx

    def show_tokens(self, used: int, n_ctx: int) -> None:
        if (used, n_ctx) == (self._used, self._n_ctx):
            return
        before = self.text
        self._used, self._n_ctx = used, n_ctx
        self.setVisible(bool(n_ctx))
        if self.text != before:
            font = self._theme.font("small", tabular=True)
            width = QFontMetrics(font).horizontalAdvance(self.text)
            self.setFixedWidth(_METER_PX + 8 + width + 2)
            self.setAccessibleName(f"Context: {self.text} tokens")
            self.setToolTip(
                f"{number_text.tokens(used)} of {number_text.counted(n_ctx, 'token')} of context"
                " in use. When it is full you choose: go on without the oldest turns,"
                " or start a new chat."
            )
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = self._theme.color
        ink = "state.warn" if self.nearly_full else "text.secondary"
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("line.line"))
        painter.drawRoundedRect(QRectF(0, 8, _METER_PX, 4), 2, 2)
        if self._used:
            share = min(1.0, self._used / max(1, self._n_ctx))
            painter.setBrush(color(ink))
            painter.drawRoundedRect(QRectF(0, 8, max(4, _METER_PX * share), 4), 2, 2)
        painter.setPen(color(ink))
        painter.setFont(self._theme.font("small", tabular=True))
        box = QRectF(_METER_PX + 8, 0, self.width() - _METER_PX - 8, 20)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self.text)


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
            self._commands.send(text)
            self.field.clear()

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
