"""What runs on the files of models, how far it is, and what the last of it came to."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app import number_text
from app.owned_state import OwnedTask, OwnedView
from runtime.errors import Problem
from runtime.language import tr
from ui import owned_words
from ui.controls import Button, IconButton
from ui.icon_mark import IconMark
from ui.labels import Label, Paragraph
from ui.page_frame import CARD_GAP_PX
from ui.problem_card import spoken
from ui.theme import Theme

_NAME_PX, _BYTES_PX, _BAR_LEAST_PX = 220, 132, 60


class ProgressLine(QWidget):
    """A thin bar, empty where it is not known how far something is."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme, self.fraction = theme, 0.0
        self.setMinimumWidth(_BAR_LEAST_PX)
        self.setFixedHeight(theme.px("control.progress"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)

    def show_fraction(self, fraction: float) -> None:
        if fraction != self.fraction:
            self.fraction = fraction
            self.setAccessibleDescription(number_text.percent(fraction))
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        box = QRectF(self.rect())
        radius = box.height() / 2
        painter.setBrush(self._theme.color("line.line"))
        painter.drawRoundedRect(box, radius, radius)
        painter.setClipRect(QRectF(0, 0, box.width() * self.fraction, box.height()))
        painter.setBrush(self._theme.color("action.ink"))
        painter.drawRoundedRect(box, radius, radius)


class TaskCard(QFrame):
    """Hidden while nothing runs and nothing is to be told. `cancelled` asks the task to stop."""

    cancelled = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._told: tuple[str, Problem | None] = ("", None)
        self._put_away: tuple[str, Problem | None] = ("", None)
        self.setProperty("surface", "card")
        self.setAccessibleName(tr("Work on model files"))
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 10, 14, 10)
        column.setSpacing(0)
        column.addWidget(self._running(theme))
        column.addWidget(self._ended(theme))
        self.hide()

    def show_view(self, view: OwnedView) -> None:
        self._told = (view.said, view.problem)
        self.running.setVisible(view.task is not None)
        if view.task is not None:
            self._put_away = ("", None)
            self._show_task(view.task)
        is_told = view.task is None and self._told not in (("", None), self._put_away)
        self.ended.setVisible(is_told)
        if is_told:
            self._show_end(view.said, view.problem)
        self.setVisible(view.task is not None or is_told)

    def _show_task(self, task: OwnedTask) -> None:
        self.name.show_text(owned_words.task_line(task))
        self.bytes.show_text(owned_words.task_bytes(task))
        self.bar.show_fraction(owned_words.task_fraction(task))
        self.bar.setAccessibleName(self.name.full_text())

    def _show_end(self, said: str, problem: Problem | None) -> None:
        failed = problem is not None
        self.mark.show_icon(
            "triangle-alert" if failed else "check", "state.error" if failed else "state.ok"
        )
        self.title.setVisible(failed)
        self.title.show_text(problem.title if problem else "")
        self.words.show_text(spoken(problem) if problem else said)

    def _running(self, theme: Theme) -> QWidget:
        self.running = QWidget()
        row = QHBoxLayout(self.running)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        self.name = Label(theme, "", weight=500, elided=True)
        self.name.setMinimumWidth(_NAME_PX)
        row.addWidget(self.name, 2)
        self.bar = ProgressLine(theme, tr("Progress"))
        row.addWidget(self.bar, 3)
        self.bytes = Label(theme, "", tone="secondary", tabular=True)
        self.bytes.setMinimumWidth(_BYTES_PX)
        self.bytes.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.bytes)
        name = tr("Cancel work on model files")
        self.cancel = Button(theme, tr("Cancel"), extent="compact", name=name)
        self.cancel.clicked.connect(self.cancelled)
        row.addWidget(self.cancel)
        return self.running

    def _ended(self, theme: Theme) -> QWidget:
        self.ended = QWidget()
        row = QHBoxLayout(self.ended)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        top = Qt.AlignmentFlag.AlignTop
        self.mark = IconMark(theme, "check", 18, "state.ok")
        mark = QVBoxLayout()
        mark.setContentsMargins(0, 5, 0, 0)
        mark.addWidget(self.mark)
        row.addLayout(mark)
        row.setAlignment(mark, top)
        words = QVBoxLayout()
        words.setContentsMargins(0, 4, 0, 4)
        words.setSpacing(1)
        self.title = Label(theme, "", weight=500)
        words.addWidget(self.title)
        self.words = Paragraph(theme, "", tone="secondary", selectable=True)
        words.addWidget(self.words)
        row.addLayout(words, 1)
        self.put_away = IconButton(theme, "x", tr("Put this message away"), icon_px=16)
        self.put_away.clicked.connect(self._put_it_away)
        row.addWidget(self.put_away, 0, top)
        return self.ended

    def _put_it_away(self) -> None:
        self._put_away = self._told
        self.hide()


class TaskPlace(QWidget):
    """The card and the room below it, which goes with it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.card = TaskCard(theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, CARD_GAP_PX)
        column.addWidget(self.card)
        self.card.put_away.clicked.connect(lambda _=False: self.hide())
        self.hide()

    def show_view(self, view: OwnedView) -> None:
        self.card.show_view(view)
        self.setVisible(not self.card.isHidden())
