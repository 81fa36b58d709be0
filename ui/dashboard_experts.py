"""The card of experts: which of them the router picks, how unevenly, and whether it is counted."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.dashboard.expert_shares import ExpertShares, Order, expert_shares, heat
from app.dashboard.state import ExpertsView
from runtime.language import tr
from runtime.protocol.messages import ExpertUse
from ui import expert_words
from ui.controls import Button
from ui.dashboard_parts import CardHead, NamedFigure
from ui.expert_words import Share
from ui.heat_map import NAME as HEAT_NAME
from ui.heat_map import Axes, HeatMap
from ui.labels import Paragraph
from ui.page_frame import Card
from ui.settings_switch import Switch
from ui.small_segments import SmallSegments
from ui.theme import Theme

# Counts change with every token; the picture of all of them is worth redrawing once a second.
REDRAW_EVERY_MS = 1000
_WIDE_PX = 620


class ShareFigures(QWidget):
    """Six figures in a row, or three over three."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._columns = 0
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.figures = tuple(
            NamedFigure(theme, "", captioned=True, explains=True, by_keyboard=True)
            for _ in range(6)
        )
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(6)
        self._arrange(6)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(6 if event.size().width() >= _WIDE_PX else 3)

    def show_shares(self, shares: tuple[Share, ...]) -> None:
        for figure, share in zip(self.figures, shares, strict=True):
            figure.show_name(share.name)
            figure.show_figure(share.figure)
            figure.below.show_text(share.below)
            figure.define(share.definition)
            figure.show_explained(share.explained)

    def _arrange(self, columns: int) -> None:
        if columns != self._columns:
            self._columns = columns
            for index, figure in enumerate(self.figures):
                self._grid.addWidget(figure, index // columns, index % columns)
            for column in range(6):
                self._grid.setColumnStretch(column, int(column < columns))


class ExpertsCard(Card):
    """`capture_wanted` carries whether experts are to be counted from now on, `filled` whether
    there is anything to draw.
    """

    filled = Signal(bool)
    capture_wanted = Signal(bool)
    forget_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._view: ExpertsView | None = None
        self._drawn: ExpertUse | None = None
        self._order: Order = "use"
        self._chosen_span = ""
        self._is_filled = False
        self._pace = QTimer(self, interval=REDRAW_EVERY_MS, singleShot=True)
        self._pace.timeout.connect(self._draw)
        spans = (("answer", tr("This answer")), ("summed", tr("All answers")))
        self.spans = SmallSegments(theme, tr("Which answers are counted"), spans)
        self.spans.chosen.connect(self.show_span)
        orders = (("use", tr("By use")), ("number", tr("By number")))
        self.orders = SmallSegments(theme, tr("Order of the experts"), orders)
        self.orders.chosen.connect(self.show_order)
        self.head = CardHead(theme, tr("Expert use"), self.spans, self.orders)
        self.shares = ShareFigures(theme)
        self.heat = HeatMap(theme)
        self.heat.looked_at.connect(self._show_line)
        self.empty = Paragraph(theme, "", tone="secondary")
        self.switch = Switch(theme, tr("Count which experts are used"))
        self.switch.turned.connect(self.capture_wanted)
        self.cost = Paragraph(theme, "", "small", "secondary")
        self.forget = Button(theme, tr("Forget these counts"), "quiet", "compact")
        self.forget.clicked.connect(self.forget_wanted)
        self._build()
        self.spans.show_value("answer")
        self.orders.show_value(self._order)

    def show_view(self, view: ExpertsView) -> None:
        """What is counted shows at once when it begins, ends or is another model's, then once a
        second.
        """
        before, self._view = self._view, view
        if view == before:
            return
        if before is None or _kind(before) != _kind(view):
            self._pace.stop()
            self._show_words(view)
            self._drawn = None
            self._draw()
        elif not self._pace.isActive():
            self._pace.start()

    @property
    def is_filled(self) -> bool:
        return self._is_filled

    def show_span(self, span: str) -> None:
        """This answer, or all that were counted."""
        self._chosen_span = span
        self._draw()

    def show_order(self, order: Order) -> None:
        self._order = order
        self.orders.show_value(order)
        self._drawn = None
        self._draw()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._draw()

    def _draw(self) -> None:
        view = self._view
        if view is None or not self.isVisible():
            return
        span = self._span(view)
        self.spans.show_value(span)
        use = view.use if span == "answer" else view.summed
        if use is self._drawn and use is not None:
            return
        self._drawn = use
        shares = None if use is None else expert_shares(use)
        self.empty.setVisible(shares is None)
        for widget in (self.shares, self.heat, self.orders):
            widget.setVisible(shares is not None)
        self.forget.setVisible(span == "summed" and view.summed is not None)
        self._fill(view.use is not None or view.summed is not None)
        if use is not None and shares is not None:
            self.shares.show_shares(expert_words.shares(shares, use))
            lines = self._lines(shares, use.n_experts)
            axes = Axes(use.layers, self._order, lines, _places(view, use))
            spoken = expert_words.spoken(use)
            self.heat.show_heat(heat(use, self._order), axes, spoken)
        self._show_how(view, None if shares is None else use)
        self.head.show_line("" if shares is None or use is None else expert_words.counted(use))
        self._show_line(self.heat.at)

    def _show_how(self, view: ExpertsView, use: ExpertUse | None) -> None:
        how = view.explained
        if how is None and use is not None:
            how = expert_words.how(use, view.cost_percent)
        self.head.how.show_explained(how)

    def _fill(self, filled: bool) -> None:
        self.spans.setVisible(filled)
        if filled != self._is_filled:
            self._is_filled = filled
            self.filled.emit(filled)

    def _lines(self, shares: ExpertShares, n_experts: int) -> tuple[int, ...]:
        """After as many as one token uses, and after a quarter of all."""
        if self._order != "use":
            return ()
        counts = (shares.busiest.count, shares.tops[1].count)
        return tuple(sorted({count for count in counts if count < n_experts}))

    def _span(self, view: ExpertsView) -> str:
        """What the person chose; before that, whichever there is."""
        if self._chosen_span:
            return self._chosen_span
        return "summed" if view.use is None and view.summed is not None else "answer"

    def _show_words(self, view: ExpertsView) -> None:
        self.switch.setChecked(view.enabled)
        self.switch.setEnabled(view.supported)
        self.cost.show_text(expert_words.cost(view))
        self.empty.show_text(expert_words.nothing(view))

    def _show_line(self, at: tuple[int, int] | None) -> None:
        """Of the cell a person points at, else of all."""
        use = self._drawn
        words = "" if use is None or at is None else expert_words.cell(use, self._order, *at)
        self.head.show_passing(words)
        name = words or tr(HEAT_NAME)
        if name != self.heat.accessibleName():
            self.heat.setAccessibleName(name)

    def _build(self) -> None:
        column = self.content
        column.addWidget(self.head)
        column.addSpacing(4)
        column.addWidget(self.empty)
        column.addWidget(self.shares)
        column.addSpacing(8)
        column.addWidget(self.heat, 1)
        column.addSpacing(8)
        foot = QHBoxLayout()
        foot.setSpacing(10)
        foot.addWidget(self.switch)
        words = QVBoxLayout()
        words.addWidget(self.cost)
        foot.addLayout(words, 1)
        foot.addWidget(self.forget)
        column.addLayout(foot)
        column.addStretch()


def _places(view: ExpertsView, use: ExpertUse) -> tuple[tuple[int, int, str], ...]:
    """Where they are of this model: those of another have other rows."""
    places = view.places
    return places if places and places[-1][1] == len(use.layers) - 1 else ()


def _kind(view: ExpertsView) -> tuple[object, ...]:
    """What shows at once when it changes."""
    shapes = tuple(
        None if use is None else (use.layers, use.n_experts, use.n_used)
        for use in (view.use, view.summed)
    )
    rest = view.enabled, view.supported, view.cost_percent, view.explained, view.places
    return shapes + rest
