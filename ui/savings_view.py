"""The saving of this chat, and the arithmetic behind it on demand."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app import number_text
from app.savings import Savings
from runtime.language import tr, tr_in
from ui.controls import Button, PaintedButton
from ui.figures import Figure
from ui.labels import Label, Paragraph
from ui.popover import Popover
from ui.theme import Theme

POPOVER_PX = 348


class HowButton(PaintedButton):
    """The word "how" over a dotted line: opens the sum a number comes from."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__(theme, name)
        self.setText(tr("how"))
        self.setFont(theme.font("caption"))
        self.ring_radius = 3

    def sizeHint(self) -> QSize:
        return QSize(QFontMetrics(self.font()).horizontalAdvance(self.text()) + 1, 16)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = self.begin()
        ink = self.theme.color("text.primary" if self.hovered() else "text.tertiary")
        painter.setFont(self.font())
        painter.setPen(ink)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignTop, self.text())
        painter.setPen(QPen(ink, 1, Qt.PenStyle.DotLine))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)


class SavingsView(QWidget):
    """`prices_wanted` asks for the place where prices are chosen."""

    prices_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._savings: Savings | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.addWidget(Label(theme, tr("Saved this chat"), "small", "secondary"), 1)
        self.how = HowButton(theme, tr("How the saving is computed"))
        self.how.clicked.connect(self.explain)
        self.how.hide()
        head.addWidget(self.how)
        column.addLayout(head)
        self.figure = Figure(theme, tr("Saved this chat"))
        column.addWidget(self.figure)
        self.reference = Label(theme, "", "caption", "tertiary", elided=True)
        column.addWidget(self.reference)
        self.electricity = Label(theme, "", "caption", "tertiary", tabular=True)
        column.addWidget(self.electricity)
        self.show_savings(None)

    def show_savings(self, savings: Savings | None) -> None:
        if savings is self._savings and self.reference.full_text():
            return
        self._savings = savings
        self.how.setVisible(savings is not None)
        if savings is None:
            self.figure.show_figure(number_text.EN_DASH)
            self.reference.show_text(tr("Appears after the first answer"))
            self.electricity.show_text("")
            return
        self.figure.show_figure(number_text.money_of_chat(savings.saved_usd))
        self.reference.show_text(tr("vs {price}", price=savings.reference_label))
        self.electricity.show_text(_electricity(savings))

    def explain(self) -> Popover | None:
        """Open the arithmetic above the figure."""
        if self._savings is None:
            return None
        name = tr("How the saving is computed")
        popover = Popover(self._theme, self.window(), self.how, name)
        popover.content.addLayout(_ledger(self._theme, self._savings))
        popover.content.addSpacing(6)
        for assumption in self._savings.assumptions:
            popover.content.addWidget(Paragraph(self._theme, assumption, "caption", "tertiary"))
        change = Button(self._theme, tr("Change prices"), "link", "compact")
        change.clicked.connect(popover.close)
        change.clicked.connect(self.prices_wanted)
        popover.content.addWidget(change, 0, Qt.AlignmentFlag.AlignLeft)
        corner = self.mapTo(self.window(), QPoint(self.width(), -6))
        popover.open_near(corner, POPOVER_PX)
        return popover


def _electricity(savings: Savings) -> str:
    cost = number_text.money_of_chat(savings.local_cost_usd)
    if savings.estimated_share <= 0:
        return tr("electricity {cost}", cost=cost)
    if savings.estimated_share >= 1:
        return tr("electricity {cost}, estimated", cost=cost)
    return tr("electricity {cost}, partly estimated", cost=cost)


def _ledger(theme: Theme, savings: Savings) -> QGridLayout:
    """Label, sum in words, dollars; the result under a line."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(0)
    grid.setColumnStretch(1, 1)
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    rows = [(line.label, line.arithmetic, line.usd) for line in savings.lines]
    rows.append((tr_in("money", "Saved"), "", savings.saved_usd))
    for number, (label, arithmetic, usd) in enumerate(rows):
        is_sum = number == len(rows) - 1
        at = number + is_sum
        weight = 500 if is_sum else None
        if is_sum:
            rule = QFrame()
            rule.setFixedHeight(1)
            rule.setStyleSheet(f"background: {theme.hex('line.line')}")
            grid.addWidget(rule, number, 0, 1, 3)
        grid.setRowMinimumHeight(at, 25)
        grid.addWidget(Label(theme, label, "small", weight=weight), at, 0)
        grid.addWidget(Label(theme, arithmetic, "small", "secondary", tabular=True), at, 1, right)
        money = Label(theme, number_text.money_of_chat(usd), "small", weight=weight, tabular=True)
        grid.addWidget(money, at, 2, right)
    return grid
