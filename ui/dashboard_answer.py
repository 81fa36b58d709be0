"""The strip of the running or last answer: each speed with its definition, and its curve."""

from __future__ import annotations

from bisect import bisect_left
from itertools import groupby

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app import number_text
from app.dashboard.state import AnswerSpeed
from runtime.language import marked, tr
from ui.dashboard_parts import NamedFigure
from ui.dashboard_slim import SlimAnswer
from ui.figures import LIVE_WINDOW_S, Sparkline
from ui.labels import Label
from ui.live_panel import DEFINITIONS, LiveDot
from ui.theme import Theme

END_TO_END = marked("Answer tokens divided by the time from sending the message to the last token.")
NO_PREDICTION = marked("not predicted")
# A stroke of the design's width costs 25 us a point: the strip is redrawn four times a second.
MOST_POINTS = 96
_LEAST_STRETCH_S = 0.25
_CURVE_EVERY_S = 0.45
_NARROW_PX = 960
_AXIS_PX = 26
_ROW_GAP_PX, _SLIM_TOP_PX = 10, 6


class AnswerCurve(Sparkline):
    """The curve of an answer's speed, with the context it ended at under it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._ground = theme
        self.context = ""
        self.setMinimumWidth(160)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_context(self, text: str) -> None:
        if text != self.context:
            self.context = text
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if len(self.speeds) < 2:
            return
        painter = QPainter(self)
        painter.setFont(self._ground.font("caption", tabular=True))
        painter.setPen(self._ground.color("chart.axis_text"))
        box = QRectF(0, self.height() - 16, self.width() - _AXIS_PX, 16)
        painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, self.context)


class AnswerStrip(QFrame):
    """A card, or one line of it where the window is not high."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._answer: AnswerSpeed | None = None
        self._narrow: bool | None = None
        self._is_slim = False
        self.setProperty("surface", "card")
        self.setAccessibleName(tr("Speed of the answer"))
        self.title = Label(theme, tr("Last answer"), "card_title")
        self.dot = LiveDot(theme)
        self.dot.hide()
        self.which = Label(theme, "", "caption", "tertiary")
        names = (("Decode", DEFINITIONS["Decode"]), ("Prompt", DEFINITIONS["Prompt"]))
        self.decode, self.prompt = (
            NamedFigure(theme, tr(name), tr(text), captioned=True) for name, text in names
        )
        text = tr(DEFINITIONS["First token"])
        self.first_token = NamedFigure(theme, tr("First token"), text, captioned=True)
        self.end_to_end = NamedFigure(theme, tr("End to end"), tr(END_TO_END), captioned=True)
        self.curve = AnswerCurve(theme)
        self._grid = QGridLayout(self)
        side, top = theme.px("layout.card_padding.x"), theme.px("layout.card_padding.y")
        self._grid.setContentsMargins(side, top - 2, side, top - 2)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(_ROW_GAP_PX)
        self._heading = self._head()
        self._margins = self._grid.contentsMargins()
        texts = (DEFINITIONS["Decode"], DEFINITIONS["Prompt"], DEFINITIONS["First token"])
        names = (tr("Decode"), tr("Prompt"), tr("First token"), tr("End to end"))
        units = ("tok/s", "tok/s", "s", "tok/s")
        self.slim = SlimAnswer(
            theme, tuple(zip(names, map(tr, (*texts, END_TO_END)), units, strict=True))
        )
        self.slim.keep_room(tr("the last 2 to 3 s"), tr("the whole answer"))
        self.slim.hide()
        self._arrange(narrow=False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(narrow=event.size().width() < _NARROW_PX)

    def show_slim(self, slim: bool) -> None:
        if slim == self._is_slim:
            return
        self._is_slim = slim
        for widget in (*self._figures(), self.curve):
            widget.setVisible(not slim)
        self.slim.setVisible(slim)
        side, top = self._margins.left(), _SLIM_TOP_PX if slim else self._margins.top()
        self._grid.setContentsMargins(side, top, side, top)
        self._grid.setVerticalSpacing(0 if slim else _ROW_GAP_PX)
        if slim:
            self.slim.head.insertWidget(0, self.dot)
            self._grid.addWidget(self.slim, 2, 0, 1, 6)
        else:
            self._grid.removeWidget(self.slim)
            self._title_row.insertWidget(0, self.dot)
        if self._answer is not None:
            self._draw(self._answer)

    def show_answer(self, answer: AnswerSpeed) -> None:
        if answer == self._answer:
            return
        self._answer = answer
        self.dot.setVisible(answer.is_live)
        self._draw(answer)

    def _draw(self, answer: AnswerSpeed) -> None:
        """In the form that is seen: live numbers come four times a second."""
        strip = self.slim if self._is_slim else self
        strip.title.show_text(tr("Live") if answer.is_live else tr("Last answer"))
        which = tr("the last 2 to 3 s") if answer.is_live else tr("the whole answer")
        strip.which.show_text(which if answer.decode_tokens_per_s is not None else "")
        self._show_figures(_said(answer))
        context = number_text.tokens_short(answer.context_used)
        under = tr("context {tokens}", tokens=context)
        if self._is_slim:
            self.slim.context.show_text(under if answer.samples else "")
        else:
            self.curve.show_context(under)
        if self._curve_is_due(answer, strip.curve):
            name = tr("Decode speed over time, context {tokens}", tokens=context)
            strip.curve.setAccessibleName(name)
            strip.curve.show_speeds(thinned(_shown(answer)), live=answer.is_live)

    def _curve_is_due(self, answer: AnswerSpeed, curve: Sparkline) -> bool:
        """The curve of a running answer goes on twice a second: to draw it costs the most."""
        before, now_s = curve.speeds, answer.samples[-1][0] if answer.samples else 0.0
        return not (answer.is_live and before and 0 <= now_s - before[-1][0] < _CURVE_EVERY_S)

    def _show_figures(self, said: tuple[tuple[str, str, str], ...]) -> None:
        if self._is_slim:
            for slim, texts in zip(self.slim.figures, said, strict=True):
                slim.show_figure(*texts)
            return
        for large, (figure, unit, below) in zip(self._speeds, said, strict=True):
            large.show_figure(figure, unit)
            large.below.show_text(below)

    def _figures(self) -> tuple[QWidget, ...]:
        return self._heading, *self._speeds

    @property
    def _speeds(self) -> tuple[NamedFigure, ...]:
        return self.decode, self.prompt, self.first_token, self.end_to_end

    def _head(self) -> QWidget:
        place = QWidget()
        column = QVBoxLayout(place)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        self._title_row = line = QHBoxLayout()
        line.setSpacing(7)
        line.addWidget(self.dot)
        line.addWidget(self.title)
        line.addStretch()
        column.addLayout(line)
        column.addWidget(self.which)
        column.addStretch()
        return place

    def _arrange(self, *, narrow: bool) -> None:
        """The curve beside the figures, or under them."""
        if narrow == self._narrow:
            return
        self._narrow = narrow
        for column, widget in enumerate(self._figures()):
            self._grid.addWidget(widget, 0, column, Qt.AlignmentFlag.AlignTop)
            self._grid.setColumnStretch(column, 3 if narrow or column in (1, 2, 4) else 2)
        if narrow:
            self._grid.addWidget(self.curve, 1, 0, 1, 5)
        else:
            self._grid.addWidget(self.curve, 0, 5)
        self._grid.setColumnStretch(5, 0 if narrow else 8)


def _shown(answer: AnswerSpeed) -> tuple[tuple[float, float], ...]:
    """The samples the curve shows: while it grows, those of its window."""
    samples = answer.samples
    if not answer.is_live or not samples:
        return samples
    return samples[bisect_left(samples, (samples[-1][0] - LIVE_WINDOW_S, 0.0)) :]


def thinned(
    samples: tuple[tuple[float, float], ...], most: int = MOST_POINTS
) -> tuple[tuple[float, float], ...]:
    """No more than about `most` points, each the mean of a stretch of time. Stretches begin at the
    same times while the answer grows, so that the curve does not shiver.
    """
    if len(samples) <= most:
        return samples
    stretch_s = _LEAST_STRETCH_S
    while (samples[-1][0] - samples[0][0]) / stretch_s > most:
        stretch_s *= 2
    points = []
    for _, group in groupby(samples, key=lambda sample: sample[0] // stretch_s):
        times, speeds = zip(*group, strict=True)
        points.append((times[-1], sum(speeds) / len(speeds)))
    return tuple(points)


def _said(answer: AnswerSpeed) -> tuple[tuple[str, str, str], ...]:
    """(figure, unit, what stands below) of decode, prompt, first token and end to end."""
    cached = number_text.tokens(answer.cached_tokens)
    decode, prompt, whole = map(
        number_text.tokens_per_s,
        (answer.decode_tokens_per_s, answer.prompt_tokens_per_s, answer.end_to_end_tokens_per_s),
    )
    return (
        (decode, "tok/s", _predicted(answer)),
        (prompt, "tok/s", tr("{tokens} cached", tokens=cached) if answer.cached_tokens else ""),
        (*number_text.number_of_duration(answer.ttft_s), ""),
        (whole, "tok/s", ""),
    )


def _predicted(answer: AnswerSpeed) -> str:
    """Beside what was measured stands what was predicted."""
    if answer.predicted is None:
        return "" if answer.decode_tokens_per_s is None else tr(NO_PREDICTION)
    return tr("predicted {range}", range=number_text.predicted_range(*answer.predicted))
