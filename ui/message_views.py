"""One message each: the person's bubble, and an answer with its numbers and actions."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app import number_text
from app.session_state import MessageView, RunningAnswer
from runtime.protocol.messages import GenerationStats
from ui.answer_text import COPIED_MS, AnswerText, UserText
from ui.controls import IconButton
from ui.labels import Label
from ui.problem_card import ProblemCard
from ui.theme import Theme

_BUBBLE_SHARE = 0.86
_PAD_X, _PAD_Y = 14, 9
_GAP_PX, _NOTE_PX = 14, 20
_AFTER_ANSWER_PX = 24
_REASONS = {
    "stop": "stop: end",
    "length": "stop: length limit",
    "cancelled": "stopped by you",
    "context_full": "stop: context full",
}


class UserBubble(QWidget):
    """The person's turn, at the right. `waiting` marks one that is sent later."""

    def __init__(self, theme: Theme, text: str, *, waiting: bool = False) -> None:
        super().__init__()
        self._theme = theme
        self.text = UserText(theme, text)
        self.text.setParent(self)
        self.note = Label(theme, "Sent when the model is ready", "caption", "tertiary", parent=self)
        self.note.setVisible(waiting)
        self._waiting = waiting
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_waiting_for(self, reason: str) -> None:
        self.note.show_text(reason)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        height = self.text.heightForWidth(self._text_width(width)) + 2 * _PAD_Y + _GAP_PX
        return height + (_GAP_PX + _NOTE_PX if self._waiting else 0)

    def sizeHint(self):
        return self.text.sizeHint()

    def resizeEvent(self, _event: QResizeEvent) -> None:
        width = self._text_width(self.width())
        height = self.text.heightForWidth(width)
        left = self.width() - _PAD_X - width
        top = _PAD_Y + (_GAP_PX if self._waiting else 0)
        self.text.setGeometry(left, top, width, height)
        hint = self.note.sizeHint().width()
        self.note.setGeometry(self.width() - hint, top + height + _PAD_Y + 4, hint, 16)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("surface.bubble"))
        box = QRectF(self.text.geometry()).adjusted(-_PAD_X, -_PAD_Y, _PAD_X, _PAD_Y)
        radius = self._theme.px("radius.bubble")
        painter.drawRoundedRect(box, radius, radius)

    def restyle(self) -> None:
        self.update()

    def _text_width(self, width: int) -> int:
        room = int(width * _BUBBLE_SHARE) - 2 * _PAD_X
        return max(20, min(room, self.text.natural_width))


class AnswerView(QWidget):
    """An answer: running, finished, stopped or failed."""

    retry_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._problem: ProblemCard | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, _AFTER_ANSWER_PX)
        self._column.setSpacing(0)
        self.text = AnswerText(theme)
        self._column.addWidget(self.text)
        self._column.addSpacing(8)
        self.status = Label(theme, "", "small", "tertiary", elided=True, tabular=True)
        self._column.addWidget(self.status)
        self._column.addWidget(self._actions())
        self._below = QVBoxLayout()
        self._column.addLayout(self._below)

    @property
    def problem(self) -> ProblemCard | None:
        """The card of what cut this answer short."""
        return self._problem

    def _actions(self) -> QWidget:
        self.actions = QWidget()
        row = QHBoxLayout(self.actions)
        row.setContentsMargins(0, 4, 0, 0)
        row.setSpacing(6)
        self.copy = IconButton(self._theme, "copy", "Copy answer", icon_px=16, flush=True)
        self.copy.clicked.connect(self._copy)
        self.retry = IconButton(self._theme, "refresh-cw", "Answer again", icon_px=16, flush=True)
        self.retry.clicked.connect(self.retry_wanted)
        row.addWidget(self.copy)
        row.addWidget(self.retry)
        row.addStretch()
        return self.actions

    def show_running(self, answer: RunningAnswer) -> None:
        self.actions.hide()
        self.text.setVisible(bool(answer.text))
        self.text.show_running(answer.text)
        self.status.show_text(running_line(answer))

    def show_finished(
        self, message: MessageView, *, is_last: bool, problem: ProblemCard | None
    ) -> None:
        self.text.setVisible(bool(message.text))
        if message.text != self.text.text or self.text.is_running:
            self.text.show_finished(message.text)
        self.status.show_text(statistics_line(message))
        self.status.setVisible(bool(self.status.full_text()))
        self.actions.setVisible(bool(message.text) or (is_last and problem is None))
        self.copy.setVisible(bool(message.text))
        self.show_last(is_last)
        self._show_problem(problem)

    def show_last(self, is_last: bool) -> None:
        """Only the last answer can be asked for again."""
        self.retry.setVisible(is_last)

    def restyle(self) -> None:
        self.text.restyle()

    def _show_problem(self, problem: ProblemCard | None) -> None:
        if self._problem is not None:
            self._problem.deleteLater()
        self._problem = problem
        if problem is not None:
            self._below.addWidget(problem)
        self._below.setContentsMargins(0, 12 if problem is not None else 0, 0, 0)

    def _copy(self) -> None:
        QApplication.clipboard().setText(self.text.text)
        self.copy.show_icon("check", "Copied")
        self.startTimer(COPIED_MS)

    def timerEvent(self, event) -> None:
        self.killTimer(event.timerId())
        self.copy.show_icon("copy", "Copy answer")


def running_line(answer: RunningAnswer) -> str:
    if answer.phase == "queued":
        return "Sent to the model"
    if answer.phase == "prompt":
        done = answer.cached_tokens + answer.evaluated_tokens
        return (
            f"Reading the prompt, {number_text.tokens(done)}"
            f" of {number_text.counted(answer.prompt_tokens, 'token')}"
        )
    line = f"Answering \u00b7 {number_text.counted(answer.completion_tokens, 'token')}"
    if answer.tokens_per_s is not None:
        line += f" \u00b7 {number_text.tokens_per_s_unit(answer.tokens_per_s)}"
    return line


def statistics_line(message: MessageView) -> str:
    stats = message.stats
    if stats is None:
        return "Stopped before the first token" if message.status == "stopped" else ""
    return " \u00b7 ".join(_statistics(stats))


def _statistics(stats: GenerationStats) -> list[str]:
    parts = []
    if stats.decode_tokens_per_s is not None:
        parts.append(number_text.tokens_per_s_unit(stats.decode_tokens_per_s))
    if stats.ttft_s is not None:
        parts.append(f"first token {number_text.duration(stats.ttft_s)}")
    prompt = number_text.counted(stats.prompt_tokens, "prompt token")
    if stats.cached_tokens:
        prompt += f" ({number_text.tokens(stats.cached_tokens)} cached)"
    parts.append(prompt)
    if stats.dropped_turns:
        parts.append(number_text.counted(stats.dropped_turns, "oldest turn") + " left out")
    parts.append(_REASONS[stats.finish_reason])
    return parts
