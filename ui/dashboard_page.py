"""The Dashboard page: what this machine does with a model, and what that saves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QMargins, Qt, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.dashboard.state import DashboardCommands, DashboardView
from app.prices import Price
from app.session_state import SessionState
from app.settings import Settings
from runtime.errors import Problem
from runtime.language import tr
from ui.centred import Centred
from ui.dashboard_export import ExportButton
from ui.dashboard_files import TableFiles
from ui.dashboard_model import ModelSelect
from ui.dashboard_performance import PerformanceTab
from ui.labels import Label
from ui.page import Page
from ui.problem_card import Choice, ProblemCard
from ui.run_card_file import CardFileChoice
from ui.scroll_bar import SCROLL_BAR_PX, ScrollArea
from ui.segments import Segments
from ui.tab_order import chain
from ui.theme import Theme

if TYPE_CHECKING:
    from ui.dashboard_savings import SavingsTab

_BOTTOM_PX = 16
Tab = Literal["performance", "savings"]


class DashboardPage(Page):
    """`chat_wanted` asks for the chats, `prices_wanted` for the place where prices are entered.

    While the page is hidden it only keeps the newest view, and draws that when it is shown; the
    tab that is turned away likewise. `seen` carries whether somebody can see it: nobody does in a
    window that is minimised.
    """

    seen = Signal(bool)
    chat_wanted = Signal()
    prices_wanted = Signal()

    def __init__(
        self,
        theme: Theme,
        commands: DashboardCommands,
        prices: tuple[Price, ...] = (),
        files: TableFiles | None = None,
        pictures: CardFileChoice | None = None,
    ) -> None:
        super().__init__()
        self._theme, self._commands, self._prices = theme, commands, prices
        self._view = DashboardView()
        self._settings: Settings | None = None
        self.savings: SavingsTab | None = None
        self.problem: ProblemCard | None = None
        self._own_problem: Problem | None = None
        self.setProperty("surface", "page")
        self.setAccessibleName(tr("Dashboard"))
        tabs = (("performance", tr("Performance")), ("savings", tr("Savings")))
        self.tabs = Segments(theme, tr("Dashboard"), tabs)
        self.tabs.chosen.connect(self.show_tab)
        self.model = ModelSelect(theme, commands)
        self.export = ExportButton(theme, commands, files, pictures)
        self.export.failed.connect(self._keep_problem)
        self.performance = PerformanceTab(theme, commands)
        self.performance.chat_wanted.connect(self.chat_wanted)
        self.performance.warnings.follow(self.export)
        self.stack = QStackedWidget()
        self._build()
        self.show_tab("performance")

    def show_state(self, state: SessionState) -> None:
        """The page draws its own view; of the session it needs the settings."""
        self.show_settings(state.settings)

    def show_view(self, view: DashboardView) -> None:
        self._view = view
        if self.isVisible():
            self._draw()

    def show_settings(self, settings: Settings) -> None:
        """What energy is counted by, for the Savings tab."""
        if settings == self._settings:
            return
        self._settings = settings
        if self.savings is not None:
            self.savings.show_settings(settings)

    def show_tab(self, tab: Tab) -> None:
        self.tabs.show_value(tab)
        if tab == "savings" and self.savings is None:
            self.savings = self._new_savings()
        is_savings = tab == "savings"
        self.stack.setCurrentIndex(int(is_savings))
        self._show_model()
        if self.savings is not None:
            self.savings.compare.setVisible(is_savings)
        if self.isVisible():
            self._draw()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._draw()
        self.seen.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.seen.emit(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.performance.fit(self.width() - 2 * self._theme.px("layout.page_margin"), self.height())

    def take_focus(self) -> None:
        """On the tabs, or on the way to the first answer."""
        target: QWidget = next(s for s in self.tabs.segments.values() if s.isChecked())
        if self.stack.currentIndex() == 0 and self.performance.empty.isVisible():
            target = self.performance.empty.chat
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _draw(self) -> None:
        view = self._view
        self.model.show_view(view)
        self._show_model()
        self.export.show_view(view)
        self._show_problem(view.problem or self._own_problem)
        if self.stack.currentIndex() == 0:
            self.performance.show_view(view)
        elif self.savings is not None:
            self.savings.show_view(view)

    def _show_model(self) -> None:
        self.model.setVisible(self.stack.currentIndex() == 0 and self.model.count() > 0)

    def _keep_problem(self, problem: Problem | None) -> None:
        """Of a picture that was not written, until it is or the person has read it."""
        self._own_problem = problem
        self._show_problem(self._view.problem or problem)

    def _choices(self, problem: Problem) -> tuple[Choice, ...]:
        if problem is not self._own_problem:
            return ()
        return (
            Choice(tr("Save again\N{HORIZONTAL ELLIPSIS}"), self.export.save_picture),
            Choice(tr("Close"), lambda: self._keep_problem(None), "quiet"),
        )

    def _show_problem(self, problem: Problem | None) -> None:
        if self.problem is not None:
            if problem == self.problem.problem:
                return
            self._problem_place.removeWidget(self.problem)
            self.problem.hide()
            self.problem.deleteLater()
            self.problem = None
        gap = 0 if problem is None else self._theme.px("layout.card_gap.default")
        self._problem_place.setContentsMargins(0, 0, 0, gap)
        if problem is not None:
            self.problem = ProblemCard(self._theme, problem, self._choices(problem))
            self._problem_place.addWidget(self.problem)

    # Building

    def _new_savings(self) -> SavingsTab:
        """Made when it is first turned to: it has as many widgets as all the rest."""
        from ui.dashboard_savings import SavingsTab

        savings = SavingsTab(self._theme, self._commands, self._prices)
        savings.chat_wanted.connect(self.chat_wanted)
        savings.prices_wanted.connect(self.prices_wanted)
        self._head_row.insertWidget(self._head_row.indexOf(self.export), savings.compare)
        self.stack.addWidget(self._scrolled(savings))
        chain([self.tabs.segments["savings"], savings.compare, self.export])
        if self._settings is not None:
            savings.show_settings(self._settings)
        return savings

    def _build(self) -> None:
        self.stack.addWidget(self._scrolled(self.performance, _BOTTOM_PX, fills=True))
        margin, width = self._theme.px("layout.page_margin"), self._theme.px("layout.page_max")
        problems = QWidget()
        self._problem_place = QVBoxLayout(problems)
        self._problem_place.setContentsMargins(0, 0, 0, 0)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        page.addWidget(self._head())
        page.addWidget(Centred(problems, width, QMargins(margin, 0, margin, 0)))
        page.addWidget(self.stack, 1)

    def _head(self) -> QWidget:
        theme = self._theme
        head = QWidget()
        self._head_row = QHBoxLayout(head)
        self._head_row.setContentsMargins(0, 0, 0, 0)
        self._head_row.setSpacing(12)
        self._head_row.addWidget(Label(theme, tr("Dashboard"), "page_title"))
        self._head_row.addSpacing(8)
        self._head_row.addWidget(self.tabs)
        self._head_row.addStretch(1)
        self._head_row.addWidget(self.model)
        self._head_row.addWidget(self.export)
        margin = theme.px("layout.page_margin")
        bar = Centred(head, theme.px("layout.page_max"), QMargins(margin, 0, margin, 0))
        bar.setFixedHeight(theme.px("layout.top_bar_page"))
        return bar

    def _scrolled(
        self, tab: QWidget, bottom_px: int | None = None, *, fills: bool = False
    ) -> ScrollArea:
        """A tab that `fills` takes all of the height."""
        margin, width = self._theme.px("layout.page_margin"), self._theme.px("layout.page_max")
        ground = QWidget()
        column = QVBoxLayout(ground)
        column.setContentsMargins(0, 0, 0, 0)
        bottom = margin if bottom_px is None else bottom_px
        sides = QMargins(margin, 0, margin - SCROLL_BAR_PX, bottom)
        column.addWidget(Centred(tab, width, sides), int(fills))
        if not fills:
            column.addStretch()
        return ScrollArea(self._theme, ground)
