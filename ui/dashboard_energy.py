"""The card of energy: power, energy a token, this month, and a bar for each day."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app import number_text
from app.dashboard.state import DayAmount, EnergyView
from runtime.language import marked, spoken, tr
from ui.dashboard_parts import CardHead, NamedFigure
from ui.day_bars import DayBars
from ui.labels import Label, Paragraph
from ui.page_frame import Card
from ui.theme import Theme

POWER = marked("Energy of the newest answers divided by the time they took.")
PER_TOKEN = marked("Energy of the newest answers divided by their tokens.")
MONTH = marked("Energy of all answers of this month.")
BY_DAY = marked("Energy by day")


class EnergyCard(Card):
    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._view: EnergyView | None = None
        self._now_s = 0.0
        self.head = CardHead(theme, tr("Energy"))
        names = ((tr("Power, answering"), POWER), (tr("Per token"), PER_TOKEN))
        self.power, self.per_token, self.month = (
            NamedFigure(theme, name, tr(text), captioned=True, explains=True)
            for name, text in (*names, (tr("This month"), MONTH))
        )
        figures = QHBoxLayout()
        figures.setSpacing(12)
        for figure in (self.power, self.per_token, self.month):
            figures.addWidget(figure, 1)
        self.day = Label(theme, "", "caption", "secondary", tabular=True)
        self.bars = DayBars(theme, tr(BY_DAY))
        self.bars.looked_at.connect(self._show_day)
        self.source = Paragraph(theme, "", "caption", "tertiary")
        self._by_day = QWidget()
        by_day = QHBoxLayout(self._by_day)
        by_day.setContentsMargins(0, 0, 0, 0)
        by_day.addWidget(Label(theme, tr(BY_DAY), "caption", "secondary"), 1)
        by_day.addWidget(self.day)
        self.content.addWidget(self.head)
        self.content.addSpacing(2)
        self.content.addLayout(figures)
        self.content.addSpacing(8)
        self.content.addWidget(self._by_day)
        self.content.addSpacing(6)
        self.content.addWidget(self.bars, 1)
        self.content.addSpacing(4)
        self.content.addWidget(self.source)
        self.content.addStretch()

    def show_view(self, view: EnergyView, now_s: float) -> None:
        self.month.show_name(month_name(now_s))
        if view == self._view and number_text.day(now_s) == number_text.day(self._now_s):
            return
        self._view, self._now_s = view, now_s
        for shown in (self.head.how, self.power, self.per_token, self.month):
            shown.show_explained(view.explained)
        self._show_figures(view)
        for widget in (self._by_day, self.bars):
            widget.setVisible(bool(view.by_day))
        self.bars.show_days(view.by_day, now_s, self._spoken(view))
        self._show_day(self.bars.at)
        self.source.show_text(view.source)
        self.source.setVisible(bool(view.source))

    def _show_figures(self, view: EnergyView) -> None:
        unknown = tr(number_text.NOT_MEASURED)
        for figure, value, unit in (
            (self.power, None if view.power_w is None else number_text.watts(view.power_w), "W"),
            (self.per_token, _joules(view.joules_per_token), "J"),
        ):
            figure.show_figure(value or number_text.EN_DASH, unit)
            figure.below.show_text("" if value else unknown)
        if view.power_w is not None and view.estimated_share > 0:
            self.power.below.show_text(
                tr("estimated") if view.estimated_share >= 1 else tr("partly estimated")
            )
        if view.kwh_per_million_tokens is not None:
            per_million = number_text.kwh(view.kwh_per_million_tokens)
            self.per_token.below.show_text(tr("{kwh} kWh per 1M", kwh=per_million))
        measured = view.power_w is not None or view.month_kwh > 0
        used = number_text.number_of_energy(view.month_kwh)
        self.month.show_figure(*(used if measured else (number_text.EN_DASH, "")))
        co2 = view.month_co2_kg
        emitted = "" if co2 is None else tr("{mass} CO\u2082", mass=number_text.co2(co2))
        self.month.below.show_text(emitted if measured else unknown)

    def _show_day(self, day: DayAmount | None) -> None:
        """What the person points at, else today."""
        view = self._view
        if view is None:
            return
        if day is not None:
            self.day.show_text(self._words(day))
            self.bars.setAccessibleName(f"{tr(BY_DAY)}: {self.day.full_text()}")
            return
        self.bars.setAccessibleName(tr(BY_DAY))
        used = number_text.energy_used(view.today_kwh)
        cost = number_text.money_total(view.today_usd)
        said = tr("today {energy}, {cost}", energy=used, cost=cost)
        self.day.show_text(said if view.by_day else "")

    def _spoken(self, view: EnergyView) -> str:
        return "; ".join(self._words(day) for day in view.by_day)

    def _words(self, day: DayAmount) -> str:
        when = number_text.recent_day(day.day_s, self._now_s)
        return f"{when} {number_text.energy_used(day.amount)}"


def _joules(value: float | None) -> str | None:
    return None if value is None else number_text.significant(value, 2)


def month_name(unix_s: float) -> str:
    """The month where the person is, in whole: November."""
    month = datetime.fromtimestamp(unix_s).astimezone().month
    return QLocale(spoken()).standaloneMonthName(month)
