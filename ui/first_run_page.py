"""The first run: what this machine is, the starter model, and the model to take first."""

from __future__ import annotations

from PySide6.QtCore import QMargins, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.first_run_state import FirstRunCommands, FirstRunView
from app.session_state import SessionCommands, SessionState
from runtime.language import marked, tr
from ui.centred import Centred
from ui.check_rows import CheckRows
from ui.controls import Button
from ui.first_run_recommended import RecommendedCard
from ui.first_run_starter import StarterCard
from ui.first_run_words import line_of, title_of
from ui.labels import Label, Paragraph
from ui.page import Page
from ui.page_frame import Card
from ui.rail import Logo
from ui.scroll_bar import SCROLL_BAR_PX, ScrollArea
from ui.theme import Theme

SKIP = marked("Skip setup")
_LEFT, _RIGHT = 480, 540
_GAP_PX, _WRAP_BELOW_PX = 20, 960


class FirstRunPage(Page):
    """`models_wanted` asks for the Models page once this is over.

    Without `guide` nothing can be recommended.
    """

    models_wanted = Signal()

    def __init__(
        self, theme: Theme, commands: SessionCommands, guide: FirstRunCommands | None = None
    ) -> None:
        super().__init__()
        self._theme, self._commands = theme, commands
        self._state: SessionState | None = None
        self._view = FirstRunView()
        self.setProperty("surface", "page")
        self.setAccessibleName(tr("First run"))
        self.starter = StarterCard(theme)
        self.start = self.starter.start
        self.start.clicked.connect(lambda _=False: commands.finish_first_run())
        self.recommended = RecommendedCard(theme, guide)
        self.recommended.setVisible(guide is not None)
        self.recommended.another.connect(self._choose_another)
        self.recommended.loaded.connect(commands.finish_first_run)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.title = Label(theme, "", "hero_title")
        column.addWidget(self.title)
        column.addSpacing(4)
        self.line = Paragraph(theme, "", "reading", "secondary")
        column.addWidget(self.line)
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
        self._state = state
        self.checks.show_checks(state.checks)
        self.looking.setVisible(not state.checks)
        self.starter.show_state(state)
        self._show()

    def show_view(self, view: FirstRunView) -> None:
        """More is known of the machine, or of the download."""
        self._view = view
        self._show()

    def take_focus(self) -> None:
        """On the one thing to do."""
        self.start.setFocus(Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # In a narrow window the button to begin comes first, the machine below it.
        side, above = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.BottomToTop
        self._row.setDirection(side if self.width() >= _WRAP_BELOW_PX else above)

    def _show(self) -> None:
        if self._state is not None:
            self.title.show_text(title_of(self._state, self._view))
            self.line.show_text(line_of(self._view))
            self.recommended.show_view(self._view, has_model=self._state.model is not None)

    def _choose_another(self) -> None:
        self.models_wanted.emit()
        self._commands.finish_first_run()

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(40, 18, 40, 18)
        row.setSpacing(10)
        row.addWidget(Logo(self._theme, 28))
        row.addWidget(Label(self._theme, "Coterie", "reading", weight=600))
        row.addStretch()
        self.skip = Button(self._theme, tr(SKIP), "quiet")
        self.skip.clicked.connect(lambda _=False: self._commands.finish_first_run())
        row.addWidget(self.skip)
        return row

    def _cards(self) -> QBoxLayout:
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
        right.addWidget(self.starter)
        right.addWidget(self.recommended)
        right.addStretch()
        left = QVBoxLayout()
        left.addWidget(machine)
        left.addStretch()
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._row.setSpacing(_GAP_PX)
        self._row.addLayout(left, _LEFT)
        self._row.addLayout(right, _RIGHT)
        return self._row
