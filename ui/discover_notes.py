"""What stands where results would be: nothing matches, offline, or the search failed."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app import number_text
from app.discover.state import DiscoverView
from runtime.errors import Problem
from runtime.language import marked, tr
from ui.controls import Button
from ui.discover_words import hidden_words
from ui.icon_mark import IconMark
from ui.labels import Label, Paragraph
from ui.page_frame import Card
from ui.problem_card import spoken
from ui.theme import Theme

_LINK_PX = 24
# Stands in a line for its link.
_LINK = "\0"
NO_MATCH = marked("No model matches")
OTHER_WORDS = marked("Search for other words, an author, or paste a repository's address.")
OFFLINE = marked("Offline, as you chose")
OFFLINE_LINE = marked(
    "The hub is not asked. Models on this computer still run. To search again, turn Work offline"
    " off in Settings, or unset HF_HUB_OFFLINE where that is set."
)


class EmptyCard(Card):
    """Names each filter that hides something; `turned_off` carries which to turn off."""

    turned_off = Signal(str)
    cleared = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr(NO_MATCH))
        self._theme = theme
        self._shown: object = None
        self.links: list[Button] = []
        self._lines = QVBoxLayout()
        self._lines.setContentsMargins(0, 4, 0, 0)
        self._lines.setSpacing(2)
        self.content.addLayout(self._lines)

    def show_view(self, view: DiscoverView) -> None:
        shown = (view.hidden, view.filters, bool(view.query))
        if shown == self._shown:
            return
        self._shown = shown
        self.links = []
        while item := self._lines.takeAt(0):
            item.widget().hide()
            item.widget().deleteLater()
        for name, count in view.hidden:
            if count:
                filter_name, gain = hidden_words(name, count, view.filters)
                spoken_name = tr("Turn off {filter}", filter=filter_name)
                link = Button(self._theme, filter_name, "link", name=spoken_name)
                link.clicked.connect(lambda _=False, name=name: self.turned_off.emit(name))
                line = tr("Turn off {filter} to see {gain}.", filter=_LINK, gain=gain)
                before, _, after = line.partition(_LINK)
                self._add(before.strip(), link, after.strip())
        if not self.links:
            link = Button(self._theme, tr("Clear the search"), "link")
            link.clicked.connect(self.cleared)
            link.setVisible(bool(view.query))
            self._add(tr(OTHER_WORDS), link, "")

    def _add(self, before: str, link: Button, after: str) -> None:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(3)
        if before:
            row.addWidget(Label(self._theme, before, tone="secondary"))
        link.setFixedHeight(_LINK_PX)
        row.addWidget(link)
        row.addWidget(Label(self._theme, after, tone="secondary"))
        row.addStretch()
        self.links.append(link)
        self._lines.addWidget(line)


class StateCard(Card):
    """Offline or failed: what happened, when it is tried again, and what a person can do."""

    again_wanted = Signal()
    installed_wanted = Signal()
    settings_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        title = QHBoxLayout()
        title.setSpacing(8)
        self.mark = IconMark(theme, "info", 16, "state.warn")
        self.title = Label(theme, "", "card_title")
        title.addWidget(self.mark)
        title.addWidget(self.title)
        title.addStretch()
        self.content.addLayout(title)
        self.content.addSpacing(4)
        self.words = Paragraph(theme, "", tone="secondary")
        self.countdown = Label(theme, "", tone="secondary", tabular=True)
        self.content.addWidget(self.words)
        self.content.addWidget(self.countdown)
        self.content.addSpacing(12)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.again = Button(theme, tr("Try again"))
        self.installed = Button(theme, tr("Installed models"))
        self.settings = Button(theme, tr("Settings"))
        self.again.clicked.connect(self.again_wanted)
        self.installed.clicked.connect(self.installed_wanted)
        self.settings.clicked.connect(self.settings_wanted)
        for button in (self.again, self.installed, self.settings):
            row.addWidget(button)
        row.addStretch()
        self.content.addLayout(row)

    def show_view(self, view: DiscoverView) -> bool:
        """Draw what is wrong with `view`; whether anything is."""
        if view.offline:
            self.mark.show_icon("info", "state.warn")
            self.title.show_text(tr(OFFLINE))
            self.words.show_text(tr(OFFLINE_LINE))
            self.countdown.hide()
            self.again.hide()
            self.settings.show()
            return True
        if view.phase != "failed" or view.problem is None:
            return False
        self._show_problem(view.problem, view.retry_in_s)
        return True

    def _show_problem(self, problem: Problem, retry_in_s: float) -> None:
        waits = problem.kind in ("hub_unreachable", "hub_busy")
        icon = ("info", "state.warn") if waits else ("triangle-alert", "state.error")
        self.mark.show_icon(*icon)
        self.title.show_text(problem.title)
        self.words.show_text(spoken(problem))
        self.countdown.setVisible(retry_in_s > 0)
        if retry_in_s > 0:
            wait = " ".join(number_text.about(retry_in_s))
            self.countdown.show_text(tr("Trying again in {time}.", time=wait))
        self.again.show()
        self.settings.setVisible(not waits)
