"""The first run: what this machine has, the starter model, and one button to begin."""

from __future__ import annotations

from PySide6.QtCore import QMargins, Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app import number_text
from app.session_state import SessionCommands, SessionState
from runtime.language import marked, tr, tr_n
from ui.centred import Centred
from ui.check_rows import CheckRows
from ui.controls import Button
from ui.engine_cards import LoadBar
from ui.icon_mark import IconMark
from ui.labels import Label, Paragraph, PathField
from ui.page import Page
from ui.page_frame import Card
from ui.problem_card import spoken
from ui.rail import Logo
from ui.scroll_bar import SCROLL_BAR_PX, ScrollArea
from ui.theme import Theme

LINE = marked("Everything runs here, and nothing you type leaves this computer.")
START = marked("Start chatting")
MORE_LINE = marked("Put GGUF files in this folder; they appear under Models.")
_LEFT, _RIGHT = 480, 540
_GAP_PX = 20


class FirstRunPage(Page):
    def __init__(self, theme: Theme, commands: SessionCommands) -> None:
        super().__init__()
        self._theme = theme
        self.setProperty("surface", "page")
        self.setAccessibleName(tr("First run"))
        self.start = Button(theme, tr(START), "primary", "hero")
        self.start.clicked.connect(lambda: commands.finish_first_run())
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.title = Label(theme, "", "hero_title")
        column.addWidget(self.title)
        column.addSpacing(4)
        column.addWidget(Paragraph(theme, tr(LINE), "reading", "secondary"))
        column.addSpacing(28)
        column.addLayout(self._cards())
        ground = QWidget()
        outer = QVBoxLayout(ground)
        outer.setContentsMargins(0, 0, 0, 0)
        margin = theme.px("layout.page_margin")
        margins = QMargins(margin, 48, margin - SCROLL_BAR_PX, margin)
        outer.addWidget(Centred(content, theme.px("layout.first_run_column"), margins))
        outer.addStretch()
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        page.addLayout(self._head())
        page.addWidget(ScrollArea(theme, ground), 1)

    def show_state(self, state: SessionState) -> None:
        self.title.show_text(title_of(state))
        self.checks.show_checks(state.checks)
        self.looking.setVisible(not state.checks)
        self._show_starter(state)
        self.more_place.show_path(state.models_dir)
        self.more.setVisible(bool(state.models_dir))

    def take_focus(self) -> None:
        """On the one thing to do."""
        self.start.setFocus(Qt.FocusReason.OtherFocusReason)

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(40, 18, 40, 18)
        row.setSpacing(10)
        row.addWidget(Logo(self._theme, 28))
        row.addWidget(Label(self._theme, "Coterie", "reading", weight=600))
        row.addStretch()
        return row

    def _cards(self) -> QHBoxLayout:
        theme = self._theme
        machine = Card(theme, tr("This machine"))
        looking = tr("Looking at the processor and memory.")
        self.looking = Paragraph(theme, looking, tone="secondary")
        self.looking.setContentsMargins(0, 10, 0, 10)
        self.checks = CheckRows(theme)
        machine.content.setContentsMargins(24, 18, 24, 4)
        machine.content.addWidget(self.looking)
        machine.content.addWidget(self.checks)
        machine.content.addStretch()
        right = QVBoxLayout()
        right.setSpacing(_GAP_PX)
        right.addWidget(self._starter())
        right.addWidget(self._more())
        right.addStretch()
        left = QVBoxLayout()
        left.addWidget(machine)
        left.addStretch()
        row = QHBoxLayout()
        row.setSpacing(_GAP_PX)
        row.addLayout(left, _LEFT)
        row.addLayout(right, _RIGHT)
        return row

    def _starter(self) -> Card:
        theme = self._theme
        self.starter = Card(theme)
        self.starter.content.setContentsMargins(24, 18, 24, 22)
        head = QHBoxLayout()
        head.setSpacing(5)
        self.starter_title = Label(theme, tr("Starter model"), "card_title")
        self._mark = IconMark(theme, "check", 16, "state.ok")
        self.status = Label(theme, "", "small", "ok", weight=500)
        head.addWidget(self.starter_title, 1)
        head.addWidget(self._mark)
        head.addWidget(self.status)
        self.name = Label(theme, "", "reading", weight=500, elided=True)
        self.size = Label(theme, "", tone="secondary", tabular=True)
        self.note = Paragraph(theme, "", tone="secondary")
        self.bar = LoadBar(theme)
        content = self.starter.content
        content.addLayout(head)
        content.addSpacing(10)
        content.addWidget(self.name)
        content.addWidget(self.size)
        content.addSpacing(4)
        content.addWidget(self.note)
        content.addSpacing(12)
        content.addWidget(self.bar)
        content.addSpacing(16)
        content.addWidget(self.start, 0, Qt.AlignmentFlag.AlignLeft)
        return self.starter

    def _more(self) -> Card:
        theme = self._theme
        self.more = Card(theme, tr("Other models"))
        self.more.content.setContentsMargins(24, 18, 24, 22)
        self.more.content.addSpacing(6)
        self.more.content.addWidget(Paragraph(theme, tr(MORE_LINE), tone="secondary"))
        self.more.content.addSpacing(10)
        self.more_place = PathField(theme, tr("Models folder"))
        self.more.content.addWidget(self.more_place)
        return self.more

    def _show_starter(self, state: SessionState) -> None:
        model, engine = state.model, state.engine
        self.name.setVisible(model is not None)
        self.size.setVisible(model is not None)
        self.bar.setVisible(engine.phase == "loading")
        self.bar.show_fraction(engine.load_fraction)
        if model is not None:
            # Only the model that came with the program has a note in its header.
            self.starter_title.show_text(tr("Starter model") if model.note else tr("Your model"))
            self.name.show_text(model.name)
            size = number_text.gib_unit(model.file_bytes)
            self.size.show_text(f"{model.quantisation}, {size}")
        self.note.show_text(starter_note(state))
        status, tone = starter_status(state)
        self.status.show_text(status)
        self.status.set_tone(tone)
        self._mark.setVisible(tone in ("ok", "error"))
        icon = "check" if tone == "ok" else "triangle-alert"
        self._mark.show_icon(icon, f"state.{tone}" if tone in ("ok", "error") else "state.ok")


def title_of(state: SessionState) -> str:
    """What the checks and the model come to so far, in one line."""
    if not state.checks:
        return tr("Looking at this computer")
    if state.model is None:
        return tr("This computer has no model yet")
    if state.engine.phase == "loading":
        return tr("Getting this computer ready")
    if state.engine.phase != "ready":
        return tr("Nearly ready")
    problems = sum(check.status == "problem" for check in state.checks)
    if problems:
        return tr_n(
            "Ready, with one thing to look at", "Ready, with {n} things to look at", problems
        )
    return tr("This computer is ready")


def starter_status(state: SessionState) -> tuple[str, str]:
    """The starter's state and its tone."""
    if state.model is None:
        return "", "secondary"
    phase = state.engine.phase
    if phase == "ready":
        return tr("loaded"), "ok"
    if phase == "loading":
        percent = number_text.percent(state.engine.load_fraction)
        return tr("loading, {percent}", percent=percent), "secondary"
    if phase in ("failed", "crashed"):
        return tr("not loaded"), "error"
    return "", "secondary"


def starter_note(state: SessionState) -> str:
    """What the model is good for, or what keeps it from working."""
    if state.model is None:
        return tr("There is no model on this computer yet. You can look around and add one later.")
    if state.engine.problem is not None:
        return spoken(state.engine.problem)
    note = tr(state.model.note).rstrip(".\u3002")
    if not note:
        return tr("The model found on this computer.")
    return tr("{note}. It is small and quick; larger models know more.", note=tr(note))
