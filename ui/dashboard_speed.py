"""The card of decode speeds: the runs of a model against what was predicted of them."""

from __future__ import annotations

from app import number_text
from app.dashboard.speed_scale import is_outside
from app.dashboard.state import SpeedHistory, SpeedPoint
from runtime.language import marked, tr, tr_n
from ui.dashboard_parts import CardHead, Legend
from ui.page_frame import Card
from ui.speed_chart import NAME, SpeedChart
from ui.theme import Theme

INSIDE = marked("tok/s, {inside} of {count} runs inside the predicted band")
NO_BAND = marked("tok/s; no run of this model was predicted")


class SpeedCard(Card):
    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._history: SpeedHistory | None = None
        self._now_s = 0.0
        self._legend = (
            Legend(theme, "band", tr("predicted")),
            Legend(theme, "dot", tr("measured")),
            Legend(theme, "ring", tr("outside")),
        )
        self.head = CardHead(theme, tr(NAME), *self._legend)
        self.chart = SpeedChart(theme)
        self.chart.looked_at.connect(self._show_line)
        self.content.addWidget(self.head)
        self.content.addSpacing(4)
        self.content.addWidget(self.chart, 1)

    def show_history(self, history: SpeedHistory, now_s: float) -> None:
        self._now_s = now_s
        if history == self._history:
            return
        self._history = history
        self.head.how.show_explained(history.explained)
        self._legend[0].setVisible(history.predicted > 0)
        self._legend[2].setVisible(history.predicted > history.inside)
        self.chart.show_history(history, now_s, spoken_runs(history, now_s))
        self.head.show_line(_all_runs(history))

    def _show_line(self, at: int) -> None:
        """Of the run a person points at, else of all of them."""
        history = self._history
        if history is None:
            return
        text = "" if at < 0 else run_words(history.points[at], self._now_s)
        self.head.show_passing(text)
        name = tr("Decode speed by run: {run}", run=text) if text else tr(NAME)
        self.chart.setAccessibleName(name)


def _all_runs(history: SpeedHistory) -> str:
    if not history.predicted:
        return tr(NO_BAND) if history.points else ""
    inside, count = (number_text.tokens(n) for n in (history.inside, history.predicted))
    return tr(INSIDE, inside=inside, count=count)


def run_words(point: SpeedPoint, now_s: float) -> str:
    """One run as a row of a table."""
    parts = [
        number_text.recent_day(point.at_s, now_s),
        number_text.tokens_per_s_unit(point.tokens_per_s),
    ]
    if point.predicted is not None:
        band = number_text.predicted_range(*point.predicted)
        parts.append(tr("predicted {range}", range=band))
    context = number_text.tokens_short(point.context_used)
    parts.append(tr("context {tokens}", tokens=context))
    if point.cause and is_outside(point):
        parts.append(point.cause)
    return ", ".join(parts)


def spoken_runs(history: SpeedHistory, now_s: float) -> str:
    """The chart as a table, newest first, as a person asks for it; changes stand between runs."""
    marks = {mark.index: mark.label for mark in history.marks}
    rows = []
    for index in reversed(range(len(history.points))):
        rows.append(run_words(history.points[index], now_s))
        if index in marks:
            rows.append(marks[index])
    if not rows:
        return ""
    count = tr_n("{n} run.", "{n} runs, newest first.", len(history.points))
    return f"{count} {'; '.join(rows)}"
