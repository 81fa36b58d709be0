"""The card that prices this month's tokens everywhere else."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from app import number_text
from app.dashboard.adding_up import period
from app.dashboard.state import ElsewhereRow, MoneyView
from runtime.language import tr
from ui.explained_number import ExplainedNumber
from ui.labels import Label
from ui.page_frame import Card, hairline
from ui.savings_head import SavingsHead
from ui.share_bar import ShareBar, shares
from ui.theme import Theme

_HEAD_PX, _NAME_PX, _BAR_PX, _MONEY_PX = 24, 130, 48, 76
_GAP_PX = 16
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class ElsewhereCard(Card):
    """`rows` are those on the screen, in the order of the view."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._theme = theme
        self._shown: tuple[object, ...] = ()
        self._made: list[_Row] = []
        self.head = SavingsHead(theme)
        self.head.line.show_text(tr("cost only; the answers differ in quality"))
        self.content.addWidget(self.head)
        self.content.addSpacing(8)
        grid = QGridLayout()
        grid.setHorizontalSpacing(_GAP_PX)
        grid.setVerticalSpacing(0)
        grid.setColumnMinimumWidth(0, _NAME_PX)
        grid.setColumnStretch(0, 3)
        grid.setColumnMinimumWidth(3, _BAR_PX)
        grid.setColumnStretch(3, 1)
        grid.setColumnMinimumWidth(4, _MONEY_PX)
        grid.setRowMinimumHeight(0, _HEAD_PX)
        self.month = Label(theme, "", "caption", "tertiary")
        for column, label in (
            (1, Label(theme, tr("Prompt, per 1M"), "caption", "tertiary")),
            (2, Label(theme, tr("Answer, per 1M"), "caption", "tertiary")),
            (4, self.month),
        ):
            grid.addWidget(label, 0, column, _RIGHT)
        self._grid = grid
        self.content.addLayout(grid)
        self.content.addStretch()

    @property
    def rows(self) -> list[_Row]:
        return self._made[: len(self._shown[1])] if self._shown else []

    def show_money(self, money: MoneyView) -> None:
        month = period(money, "month")
        label = month.label if month is not None else tr("Month")
        now = (label, money.elsewhere)
        if now == self._shown:
            return
        self._shown = now
        self.head.show_title(tr("Your {month} tokens, elsewhere", month=label))
        self.month.show_text(label)
        while len(self._made) < len(money.elsewhere):
            self._made.append(_Row(self._theme, self._grid, 1 + 2 * len(self._made)))
        lengths = shares([row.month_usd for row in money.elsewhere])
        for number, made in enumerate(self._made):
            made.set_visible(number < len(money.elsewhere))
        for made, row, share in zip(self.rows, money.elsewhere, lengths, strict=True):
            made.show_row(row, share, label)


class _Row:
    """A rule and what stands under it; the rule is part of the row's first line of the grid."""

    def __init__(self, theme: Theme, grid: QGridLayout, at: int) -> None:
        self._rule = hairline()
        grid.addWidget(self._rule, at, 0, 1, 5)
        self.name = Label(theme, "")
        self.vendor = Label(theme, "", "small", "tertiary", elided=True)
        named = QWidget()
        named.setFixedHeight(theme.px("row.comparison") - 1)
        row = QHBoxLayout(named)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.name)
        row.addWidget(self.vendor, 1)
        self.prompt = ExplainedNumber(theme, by_keyboard=False)
        self.answer = ExplainedNumber(theme, by_keyboard=False)
        self.bar = ShareBar(theme)
        self.month = ExplainedNumber(theme)
        grid.addWidget(named, at + 1, 0)
        grid.addWidget(self.prompt, at + 1, 1, _RIGHT)
        grid.addWidget(self.answer, at + 1, 2, _RIGHT)
        grid.addWidget(self.bar, at + 1, 3)
        grid.addWidget(self.month, at + 1, 4, _RIGHT)
        self._parts = (self._rule, named, self.prompt, self.answer, self.bar, self.month)
        self._theme = theme

    def set_visible(self, visible: bool) -> None:
        for part in self._parts:
            part.setVisible(visible)

    def show_row(self, row: ElsewhereRow, share: float | None, month: str) -> None:
        weight = 500 if row.is_here else 400
        self.name.setFont(self._theme.font("ui", weight))
        self.name.show_text(row.name)
        self.vendor.show_text(row.vendor)
        who = f"{row.name}, {row.vendor}" if row.vendor else row.name
        self.bar.show_share(share, is_here=row.is_here)
        for number, what, text in (
            (self.prompt, tr("Prompt, per 1M"), _price(row.prompt_usd)),
            (self.answer, tr("Answer, per 1M"), _price(row.answer_usd)),
            (self.month, month, _total(row.month_usd)),
        ):
            number.show_weight(weight)
            number.show_number(f"{who}, {what}", text, row.explained)


def _price(usd: float | None) -> str:
    """Two decimals; what electricity costs has no more of them that mean something."""
    if usd is None:
        return number_text.EN_DASH
    return number_text.price(round(usd, 2) if usd >= 0.01 else round(usd, 4))


def _total(usd: float | None) -> str:
    return number_text.EN_DASH if usd is None else number_text.money_total(usd)
