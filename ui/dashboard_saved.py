"""The card of what was saved so far: by period, and by day."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from app import number_text
from app.dashboard.adding_up import explained_saving, period
from app.dashboard.state import DayAmount, Hardware, MoneyView, PeriodName, PeriodSaving
from runtime.language import marked, tr, tr_in, tr_n
from ui.dashboard_how import How, how_name
from ui.explained_number import ExplainedNumber
from ui.labels import Label
from ui.page_frame import Card
from ui.saved_bars import SavedBars, best_day, days_in_words, explained_days
from ui.savings_head import SavingsHead
from ui.theme import Theme

BY_DAY = marked("Saved by day")
# By how much of the electricity is estimated; without and with a computer that is written off.
AGAINST = {
    "none": (
        marked("against {price}, after electricity"),
        marked("against {price}, after electricity and the computer"),
    ),
    "part": (
        marked("against {price}, after partly estimated electricity"),
        marked("against {price}, after partly estimated electricity and the computer"),
    ),
    "all": (
        marked("against {price}, after estimated electricity"),
        marked("against {price}, after estimated electricity and the computer"),
    ),
}
_LARGE: tuple[PeriodName, ...] = ("today", "month", "ever")
_SMALL: tuple[PeriodName, ...] = ("answer", "chat")
_STACKED_BELOW_PX = 860
_CELL_SIDE_PX, _COLUMN_GAP_PX = 14, 40


class SavedCard(Card):
    """`periods` by their names; the one that the other cards are about has a ground."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._theme = theme
        self._shown: tuple[MoneyView, str] | None = None
        self._money, self._now_s = MoneyView(), 0.0
        margins = self.content.contentsMargins()
        margins.setBottom(12)
        self.content.setContentsMargins(margins)
        self.large = {name: PeriodCell(theme, name) for name in _LARGE}
        self.small = {name: SmallPeriod(theme) for name in _SMALL}
        self._sides = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._sides.setSpacing(_COLUMN_GAP_PX)
        self._both = (self._periods(), self._by_day())
        for side in self._both:
            self._sides.addLayout(side, 1)
        self.content.addLayout(self._sides)

    def show_money(self, money: MoneyView, now_s: float) -> None:
        day = number_text.day(now_s)
        if self._shown == (money, day):
            return
        self._shown, self._money, self._now_s = (money, day), money, now_s
        self.head.line.show_text(_against(money))
        self.head.how.show_explained(money.explained)
        for name, cell in self.large.items():
            cell.show_period(period(money, name), money.hardware)
        for name, small in self.small.items():
            small.show_period(period(money, name), money.hardware)
        self.bars.show_days(money.by_day, now_s, days_in_words(money.by_day, now_s))
        self.how_days.show_explained(explained_days(money.by_day, now_s))
        self._show_day(self.bars.at)

    def minimumSizeHint(self) -> QSize:
        """As narrow as one side, so that it can become so narrow that they are stacked."""
        margins = self.content.contentsMargins()
        width = max(side.minimumSize().width() for side in self._both)
        height = super().minimumSizeHint().height()
        return QSize(width + margins.left() + margins.right(), height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < _STACKED_BELOW_PX
        direction = QBoxLayout.Direction
        wanted = direction.TopToBottom if narrow else direction.LeftToRight
        if self._sides.direction() != wanted:
            self._sides.setDirection(wanted)
            self._sides.setSpacing(16 if narrow else _COLUMN_GAP_PX)

    # Building

    def _periods(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(0)
        self.head = SavingsHead(self._theme, tr_in("money", "Saved"))
        column.addWidget(self.head)
        column.addSpacing(6)
        cells = QHBoxLayout()
        cells.setSpacing(4)
        for cell in self.large.values():
            cells.addWidget(cell, 1)
        column.addLayout(cells)
        column.addSpacing(8)
        small = QHBoxLayout()
        small.setSpacing(24)
        for one in self.small.values():
            small.addWidget(one)
        small.addStretch()
        column.addLayout(small)
        column.addStretch()
        return column

    def _by_day(self) -> QVBoxLayout:
        theme = self._theme
        self.day = Label(theme, "", "caption", "secondary", tabular=True, elided=True)
        self.how_days = How(theme, how_name(tr(BY_DAY)))
        self.bars = SavedBars(theme, tr(BY_DAY))
        self.bars.looked_at.connect(self._show_day)
        head = QHBoxLayout()
        head.addWidget(self.day, 1)
        head.addWidget(self.how_days)
        column = QVBoxLayout()
        column.setSpacing(8)
        self.day.setMinimumHeight(24)
        column.addLayout(head)
        column.addWidget(self.bars, 1)
        return column

    def _show_day(self, looked_at: DayAmount | None) -> None:
        """What the person points at, else the best day."""
        day = looked_at or best_day(self._money.by_day)
        if day is None:
            self.day.show_text(tr(BY_DAY))
            return
        amount = number_text.money_total(day.amount)
        when = number_text.recent_day(day.day_s, self._now_s)
        if looked_at is not None:
            said = tr("Saved by day. {day}: {amount}", day=when, amount=amount)
        elif when == number_text.day_and_month(day.day_s):
            said = tr("Saved by day. Best: {amount} on {day}", amount=amount, day=when)
        else:
            said = tr("Saved by day. Best: {amount} {day}", amount=amount, day=when)
        self.day.show_text(said)


class PeriodCell(QWidget):
    """A period's label, what it saved, and its tokens."""

    def __init__(self, theme: Theme, name: PeriodName) -> None:
        super().__init__()
        self._theme, self._stands_out = theme, name == "month"
        column = QVBoxLayout(self)
        # The first one stands in line with the card's title.
        left = 0 if name == _LARGE[0] else _CELL_SIDE_PX
        column.setContentsMargins(left, 9, _CELL_SIDE_PX, 10)
        column.setSpacing(0)
        self.label = Label(theme, "", "small", "secondary", elided=True)
        self.number = ExplainedNumber(theme, "figure_l")
        self.tokens = Label(theme, "", "caption", "tertiary", tabular=True, elided=True)
        column.addWidget(self.label)
        column.addWidget(self.number, 0, Qt.AlignmentFlag.AlignLeft)
        column.addSpacing(2)
        column.addWidget(self.tokens)

    def show_period(self, found: PeriodSaving | None, hardware: Hardware) -> None:
        self.setVisible(found is not None)
        if found is None:
            return
        self.label.show_text(found.label)
        amount = number_text.money_total(found.savings.saved_usd)
        explained = explained_saving(found, hardware)
        self.number.show_number(explained.title, amount, explained)
        self.tokens.show_text(tr_n("{n} token", "{n} tokens", found.tokens))

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._stands_out:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("surface.sunken"))
        radius = self._theme.px("radius.control")
        painter.drawRoundedRect(QRectF(self.rect()), radius, radius)


class SmallPeriod(QWidget):
    """A period in one line of small text."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.label = Label(theme, "", "small", "secondary")
        self.number = ExplainedNumber(theme, "small")
        self.number.setFixedHeight(18)
        row.addWidget(self.label)
        row.addWidget(self.number)

    def show_period(self, found: PeriodSaving | None, hardware: Hardware) -> None:
        self.setVisible(found is not None)
        if found is None:
            return
        self.label.show_text(found.label)
        amount = number_text.money_of_chat(found.savings.saved_usd)
        explained = explained_saving(found, hardware)
        self.number.show_number(explained.title, amount, explained)


def _against(money: MoneyView) -> str:
    """What is compared, what it cost here, and whether the electricity is a guess."""
    month = period(money, "month") or period(money, "ever")
    share = month.savings.estimated_share if month is not None else 0.0
    guessed = "none" if share <= 0 else "part" if share < 1 else "all"
    has_computer = money.hardware.price_usd > 0
    return tr(AGAINST[guessed][has_computer], price=money.reference_label)
