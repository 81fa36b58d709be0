"""What stands where the next answer would be: nothing said yet, loading, no engine."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from app import number_text
from app.local_models import LocalModel
from app.session_state import EngineState, SessionState
from runtime.language import marked, tr
from ui.controls import Button, SuggestionButton
from ui.labels import Label, Paragraph
from ui.theme import Theme

TYPE_NOW = marked("You can type now; the message is sent when loading ends.")
# Too early to say how long it takes: the first share of a file may come from the cache.
_SHARE_TO_GUESS_FROM, _SECONDS_TO_GUESS_FROM = 0.1, 0.5


@dataclass(frozen=True)
class Suggestion:
    """`label` on the button, `draft` in the message field after a click."""

    label: str
    draft: str


SUGGESTIONS = (
    Suggestion(
        marked("Summarise a text I paste"), marked("Summarise this text in three sentences:\n\n")
    ),
    Suggestion(
        marked("Explain a piece of code"), marked("Explain what this code does, step by step:\n\n")
    ),
    Suggestion(
        marked("Draft an email from notes"),
        marked("Write a short, friendly email from these notes:\n\n"),
    ),
)


class EmptyChat(QWidget):
    """One question, three ways to begin, and what is loaded."""

    suggested = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Label(theme, tr("What should we work on?"), "page_title"))
        column.addSpacing(4)
        self.line = Paragraph(theme, tone="secondary")
        column.addWidget(self.line)
        column.addSpacing(14)
        self.suggestions: list[SuggestionButton] = []
        for suggestion in SUGGESTIONS:
            button = SuggestionButton(theme, tr(suggestion.label))
            button.clicked.connect(lambda _=False, s=suggestion: self.suggested.emit(tr(s.draft)))
            column.addSpacing(8)
            column.addWidget(button)
            self.suggestions.append(button)

    def show_state(self, state: SessionState) -> None:
        self.line.show_text(loaded_line(state))


class LoadBar(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme, self._fraction = theme, 0.0
        self.setFixedHeight(theme.px("chart.memory_bar_small"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Loading"))

    def show_fraction(self, fraction: float) -> None:
        if fraction != self._fraction:
            self._fraction = fraction
            self.setAccessibleDescription(number_text.percent(fraction))
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        radius = self._theme.px("radius.bar")
        box = QRectF(self.rect())
        painter.setBrush(self._theme.color("data_class.free"))
        painter.drawRoundedRect(box, radius, radius)
        painter.setClipRect(QRectF(0, 0, box.width() * self._fraction, box.height()))
        painter.setBrush(self._theme.color("data_class.attention_dense"))
        painter.drawRoundedRect(box, radius, radius)


class LoadingCard(QFrame):
    cancelled = Signal()

    def __init__(self, theme: Theme, now_s: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._now_s = now_s
        self.setProperty("surface", "card")
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 18)
        column.setSpacing(0)
        self.title = Label(theme, "", "card_title", elided=True)
        column.addWidget(self.title)
        column.addSpacing(2)
        self.line = Paragraph(theme, tone="secondary")
        column.addWidget(self.line)
        column.addSpacing(14)
        self.bar = LoadBar(theme)
        column.addWidget(self.bar)
        column.addSpacing(16)
        self.cancel = Button(theme, tr("Cancel"), name=tr("Cancel loading"))
        self.cancel.clicked.connect(self.cancelled)
        column.addWidget(self.cancel, 0, Qt.AlignmentFlag.AlignLeft)

    def show_state(self, state: SessionState) -> None:
        name = state.model.name if state.model else ""
        self.title.show_text(tr("Loading {name}", name=name) if name else tr("Loading"))
        self.line.show_text(loading_line(state.engine, state.model, self._now_s()))
        self.bar.show_fraction(state.engine.load_fraction)


def loading_line(engine: EngineState, model: LocalModel | None, now_s: float) -> str:
    """How far, how long still, and that typing is allowed. `now_s` is monotonic."""
    fraction = engine.load_fraction
    parts = []
    if model is not None and model.file_bytes:
        parts.append(number_text.gib_done(fraction, model.file_bytes))
    elapsed_s = now_s - engine.load_started_at_s
    if fraction >= _SHARE_TO_GUESS_FROM and elapsed_s >= _SECONDS_TO_GUESS_FROM:
        left_s = elapsed_s * (1 - fraction) / fraction
        if left_s >= 1:
            parts.append(tr("about {time} left", time=number_text.duration(round(left_s))))
    if not parts:
        return tr(TYPE_NOW)
    return tr(
        "{progress}. You can type now; the message is sent when loading ends.",
        progress=", ".join(parts),
    )


def loaded_line(state: SessionState) -> str:
    """What is ready to answer, in a sentence."""
    model = state.model
    if model is None:
        if state.models:
            return tr("Choose a model below to begin.")
        return tr("No models on this computer yet. The Models page says where they belong.")
    if state.engine.phase == "ready":
        if not model.note:
            return tr("{name} is loaded.", name=model.name)
        note = tr(model.note).rstrip(".\u3002")
        return tr("{name} is loaded. {note}.", name=model.name, note=note)
    return tr("{name} is chosen but not loaded.", name=model.name)
