"""The card that shows how this month's saving adds up, like a ledger."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from app import number_text
from app.dashboard.adding_up import AddedLine, added_lines, period
from app.dashboard.state import MoneyView, PeriodSaving
from runtime.language import tr
from ui.controls import Button
from ui.icon_mark import IconMark
from ui.labels import Label, Paragraph
from ui.page_frame import Card, hairline
from ui.savings_head import SavingsHead
from ui.theme import Theme

_ROW_PX, _LABEL_PX, _MONEY_PX, _GAP_PX = 30, 96, 64, 12
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class LedgerCard(Card):
    """`prices_wanted` asks for the place where prices are chosen."""

    prices_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._theme = theme
        self._shown: tuple[object, ...] = ()
        self._made: list[_Row] = []
        self._count = 0
        margins = self.content.contentsMargins()
        margins.setBottom(10)
        self.content.setContentsMargins(margins)
        self.head = SavingsHead(theme)
        self.content.addWidget(self.head)
        self.content.addSpacing(6)
        grid = QGridLayout()
        grid.setHorizontalSpacing(_GAP_PX)
        grid.setVerticalSpacing(0)
        grid.setColumnMinimumWidth(0, _LABEL_PX)
        grid.setColumnStretch(0, 1)
        grid.setColumnMinimumWidth(2, _MONEY_PX)
        self._grid = grid
        self.content.addLayout(grid)
        self.content.addSpacing(7)
        self.note = Paragraph(theme, "", "caption", "tertiary")
        self.content.addWidget(self.note)
        self.content.addSpacing(2)
        self.content.addLayout(self._price_row())
        self.content.addStretch()

    @property
    def rows(self) -> list[_Row]:
        return self._made[: self._count]

    def show_money(self, money: MoneyView) -> None:
        month = period(money, "month")
        now = (month, money.hardware, money.prices_checked, money.prices_are_old)
        if now == self._shown:
            return
        self._shown = now
        self.setVisible(month is not None)
        if month is None:
            return
        self.head.show_title(tr("How {month} adds up", month=month.label))
        rows = added_lines(month, money.hardware)
        self._count = len(rows)
        while len(self._made) < len(rows):
            self._made.append(_Row(self._theme, self._grid, 2 * len(self._made)))
        for number, made in enumerate(self._made):
            made.show_row(rows[number] if number < len(rows) else None)
        self.note.show_text(_note(month, has_computer=money.hardware.price_usd > 0))
        self._show_prices(money)

    def _price_row(self) -> QHBoxLayout:
        theme = self._theme
        self.old_mark = IconMark(theme, "info", 14, "state.warn")
        self.checked = Label(theme, "", "caption", "tertiary", tabular=True, elided=True)
        self.change = Button(theme, tr("Change prices"), "link", "compact")
        self.change.clicked.connect(self.prices_wanted)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.old_mark)
        row.addWidget(self.checked, 1)
        row.addWidget(self.change)
        return row

    def _show_prices(self, money: MoneyView) -> None:
        old = money.prices_are_old
        day = money.prices_checked
        if not day:
            said = ""
        elif old:
            said = tr("Prices checked {day}, over 30 days ago", day=day)
        else:
            said = tr("Prices checked {day}", day=day)
        self.checked.show_text(said)
        self.checked.set_tone("warn" if old else "tertiary")
        self.old_mark.setVisible(old)
        self.change.show_text(tr("Update prices") if old else tr("Change prices"))


class _Row:
    """Label, the sum in words, dollars; a rule above a sum."""

    def __init__(self, theme: Theme, grid: QGridLayout, at: int) -> None:
        self._theme, self._grid, self._at = theme, grid, at + 1
        self._rule = hairline()
        self._rule.setStyleSheet(f"background: {theme.hex('line.line')}")
        grid.addWidget(self._rule, at, 0, 1, 3)
        self.label = Label(theme)
        self.label.setWordWrap(True)
        self.label.setContentsMargins(0, 2, 0, 3)
        self.label.setMinimumHeight(_ROW_PX)
        self.arithmetic = Label(theme, "", tone="secondary", tabular=True)
        self.money = Label(theme, "", tabular=True)
        grid.addWidget(self.label, at + 1, 0)
        grid.addWidget(self.arithmetic, at + 1, 1, _RIGHT)
        grid.addWidget(self.money, at + 1, 2, _RIGHT)
        self._parts: tuple[QWidget, ...] = (self.label, self.arithmetic, self.money)

    def show_row(self, row: AddedLine | None) -> None:
        self._rule.setVisible(row is not None and row.is_sum)
        for part in self._parts:
            part.setVisible(row is not None)
        self.arithmetic.setVisible(row is not None and bool(row.arithmetic))
        if row is None:
            return
        weight = 600 if row.is_result else 500 if row.is_sum else 400
        self.label.setFont(self._theme.font("ui", weight))
        self.money.setFont(self._theme.font("ui", weight, tabular=True))
        # Without arithmetic beside it the label has its room too.
        self._grid.removeWidget(self.label)
        self._grid.addWidget(self.label, self._at, 0, 1, 1 if row.arithmetic else 2)
        self.label.show_text(row.label)
        self.arithmetic.show_text(row.arithmetic)
        amount = number_text.money_total(abs(row.usd))
        self.money.show_text(number_text.signed(amount, row.usd))


def _note(month: PeriodSaving, *, has_computer: bool) -> str:
    """What of the sum was measured, and what is left out of it."""
    share = month.savings.estimated_share
    if month.savings.local_cost_usd == 0:
        measured = tr("Tokens are counted here; no electricity was.")
    elif share <= 0:
        measured = tr("Tokens and energy are measured here.")
    elif share < 1:
        measured = tr("Tokens are counted here; energy is partly estimated.")
    else:
        measured = tr("Tokens are counted here; energy is estimated.")
    if has_computer:
        return measured
    return f"{measured} {tr('The computer itself is not counted.')}"
