"""The card that compares ways to serve a month's requests: published figures and this machine."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from app import number_text
from app.dashboard.state import CostSource, MonthRow, MonthView
from runtime.language import marked, tr, tr_n
from ui.explained_number import ExplainedNumber
from ui.icon_mark import IconMark
from ui.labels import Label, Paragraph
from ui.page_frame import Card, hairline
from ui.savings_head import SavingsHead
from ui.share_bar import ShareBar, shares
from ui.theme import Theme

# As the table says them; a rate that was predicted is no measurement.
SOURCES: dict[CostSource, str] = {
    "published": marked("published"),
    "measured": marked("measured rate"),
    "predicted": marked("predicted rate"),
}
_MILLION = 1_000_000
_HEAD_PX, _NAME_PX, _PAID_PX, _SOURCE_PX, _BAR_PX, _MONEY_PX = 24, 150, 120, 88, 60, 64
_GAP_PX, _NOTE_BELOW_PX = 16, 10
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class MonthCard(Card):
    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._theme = theme
        self._shown: MonthView | None = None
        self._made: list[_Row] = []
        self.head = SavingsHead(theme)
        self.content.addWidget(self.head)
        self.content.addSpacing(8)
        grid = QGridLayout()
        grid.setHorizontalSpacing(_GAP_PX)
        grid.setVerticalSpacing(0)
        for column, least, stretch in (
            (0, _NAME_PX, 4),
            (1, _PAID_PX, 5),
            (2, _SOURCE_PX, 0),
            (3, _BAR_PX, 7),
            (4, _MONEY_PX, 0),
        ):
            grid.setColumnMinimumWidth(column, least)
            grid.setColumnStretch(column, stretch)
        grid.setRowMinimumHeight(0, _HEAD_PX)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        for column, text, side in (
            (1, tr("What you pay for"), left),
            (2, tr("Source"), left),
            (4, tr("Per month"), _RIGHT),
        ):
            grid.addWidget(Label(theme, text, "caption", "tertiary"), 0, column, side)
        self._grid = grid
        self.content.addLayout(grid)
        self.content.addStretch()

    @property
    def rows(self) -> list[_Row]:
        return self._made[: len(self._shown.rows)] if self._shown else []

    def show_month(self, month: MonthView) -> None:
        if month == self._shown:
            return
        self._shown = month
        self.setVisible(bool(month.rows))
        self.head.show_title(_title(month.requests))
        self.head.line.show_text(_each(month))
        self.head.how.show_explained(month.explained)
        while len(self._made) < len(month.rows):
            self._made.append(_Row(self._theme, self._grid, 1 + 3 * len(self._made)))
        for number, made in enumerate(self._made):
            made.set_visible(number < len(month.rows))
        lengths = shares([row.usd for row in month.rows])
        for made, row, share in zip(self.rows, month.rows, lengths, strict=True):
            made.show_row(row, share)


class _Row:
    """A rule, what stands under it, and under that what to know of it."""

    def __init__(self, theme: Theme, grid: QGridLayout, at: int) -> None:
        self._theme, self._grid, self._at = theme, grid, at
        rule = hairline()
        grid.addWidget(rule, at, 0, 1, 5)
        self.name = Label(theme)
        self.name.setWordWrap(True)
        self.paid_for = Label(theme, tone="secondary", tabular=True)
        self.paid_for.setWordWrap(True)
        self.source = Label(theme, "", tone="secondary")
        self.bar = ShareBar(theme)
        self.cost = ExplainedNumber(theme)
        grid.addWidget(self.name, at + 1, 0)
        grid.addWidget(self.paid_for, at + 1, 1)
        grid.addWidget(self.source, at + 1, 2)
        grid.addWidget(self.bar, at + 1, 3)
        grid.addWidget(self.cost, at + 1, 4, _RIGHT)
        self.note = Paragraph(theme, "", "small", "secondary")
        self._beside = QWidget()
        row = QHBoxLayout(self._beside)
        row.setContentsMargins(0, 0, 0, _NOTE_BELOW_PX)
        row.setSpacing(6)
        mark = IconMark(theme, "info", 14, "state.warn")
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.note, 1)
        grid.addWidget(self._beside, at + 2, 0, 1, 5)
        self._parts = (rule, self.name, self.paid_for, self.source, self.bar, self.cost)

    def set_visible(self, visible: bool) -> None:
        for part in self._parts:
            part.setVisible(visible)
        least = self._theme.px("row.month") - 1 if visible else 0
        self._grid.setRowMinimumHeight(self._at + 1, least)
        if not visible:
            self._beside.hide()

    def show_row(self, row: MonthRow, share: float | None) -> None:
        weight = 500 if row.is_here else 400
        self.name.setFont(self._theme.font("ui", weight))
        self.name.show_text(row.name)
        self.paid_for.show_text(row.paid_for)
        self.source.show_text(tr(SOURCES[row.source]))
        self.bar.show_share(share, is_here=row.is_here)
        self.cost.show_weight(weight)
        self.cost.show_number(_spoken(row), _cost(row), row.explained)
        self.note.show_text(row.note)
        self._beside.setVisible(bool(row.note))


def _cost(row: MonthRow) -> str:
    if row.usd is None:
        return number_text.EN_DASH
    text = number_text.money_rough(row.usd)
    return f"{text}+" if row.at_least else text


def _spoken(row: MonthRow) -> str:
    parts = (row.name, row.paid_for, tr(SOURCES[row.source]), row.note)
    return ", ".join(part for part in parts if part)


def _title(requests: int) -> str:
    if requests == _MILLION:
        return tr("One million requests in a month")
    return tr_n("{n} request in a month", "{n} requests in a month", requests)


def _each(month: MonthView) -> str:
    prompt = number_text.tokens(month.prompt_tokens)
    answer = number_text.tokens(month.answer_tokens)
    if month.seconds_per_request is None:
        return tr("{prompt} prompt and {answer} answer tokens each", prompt=prompt, answer=answer)
    return tr(
        "{prompt} prompt and {answer} answer tokens each; {time} a request on this machine",
        prompt=prompt,
        answer=answer,
        time=number_text.duration(month.seconds_per_request),
    )
