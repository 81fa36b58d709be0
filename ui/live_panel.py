"""The panel at the right: what the running or last answer costs in time, memory, energy, money."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app import number_text
from app.session_state import SessionState
from runtime.language import marked, tr
from runtime.protocol.messages import EnergySource, GenerationStats
from ui.controls import IconButton
from ui.figures import Figure, Sparkline
from ui.labels import Label
from ui.memory_shares import memory_shares
from ui.memory_view import MemoryView
from ui.savings_view import SavingsView
from ui.scroll_bar import ScrollArea
from ui.theme import Theme

DIGITS_EVERY_MS = 250
DEFINITIONS = {
    marked("Decode"): marked(
        "Answer tokens after the first, divided by the time from the first to the last."
        " Reasoning counts, the prompt does not. While an answer runs: the last 2 to 3 seconds."
    ),
    marked("Prompt"): marked(
        "Prompt tokens read, divided by the time that took. Cached tokens do not count."
    ),
    marked("First token"): marked("From sending the message to the first token of the answer."),
    marked("Power"): marked("Energy of the last answer divided by the time it took."),
    marked("Energy"): marked("Energy of the last answer divided by its tokens."),
}
_SOURCES: dict[EnergySource, str] = {
    "measured": marked("measured"),
    "estimated": marked("estimated"),
}


class LiveDot(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setFixedSize(7, 7)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("state.ok"))
        painter.drawEllipse(QRectF(self.rect()))


class LivePanel(QFrame):
    closed = Signal()
    prices_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._state: SessionState | None = None
        self._drawn: SessionState | None = None
        self._pace = QTimer(self, interval=DIGITS_EVERY_MS, singleShot=True)
        self._pace.timeout.connect(self._draw_latest)
        self.setProperty("surface", "sidebar")
        self.setProperty("line", "left")
        self.setFixedWidth(theme.px("layout.live_panel"))
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._header())
        column.addWidget(self._blocks(), 1)

    def show_state(self, state: SessionState) -> None:
        """Digits change four times a second at most; a beginning or end shows at once."""
        before, self._state = self._drawn, state
        turned = before is None or (before.answer is None) != (state.answer is None)
        if turned or state.conversation is not (before.conversation if before else None):
            self._pace.stop()
            self._draw_latest()
        elif not self._pace.isActive():
            self._pace.start()

    def _draw_latest(self) -> None:
        state = self._state
        assert state is not None
        self._drawn = state
        if state.answer is not None:
            self._show_running(state)
        else:
            self._show_last(state)
        self._band(state)
        self.memory.show_bars(memory_shares(state.engine.memory, state.system_memory))
        self.savings.show_savings(state.savings)

    def _show_running(self, state: SessionState) -> None:
        answer = state.answer
        assert answer is not None
        self._title(tr("Live"), live=True)
        self._speeds(answer.tokens_per_s, answer.prompt_tokens_per_s, answer.ttft_s)
        self._cached(answer.cached_tokens)
        self.sparkline.show_speeds(answer.speeds, live=True)
        self._energy(None)

    def _show_last(self, state: SessionState) -> None:
        last = state.last_answer
        stats = last.stats if last is not None else None
        self._title(tr("Last answer"), live=False)
        if stats is None:
            self._speeds(None, None, None)
            self._cached(0)
        else:
            self._cached(stats.cached_tokens)
            self._speeds(stats.decode_tokens_per_s, stats.prompt_tokens_per_s, stats.ttft_s)
        self.sparkline.show_speeds(state.last_speeds, live=False)
        self._energy(stats)

    def _band(self, state: SessionState) -> None:
        """What was predicted for the loaded model, beside what that one did."""
        last, model = state.last_answer, state.model
        is_other = last is not None and model is not None and last.model_id != model.id
        band = None if state.answer is None and is_other else state.engine.placed.predicted
        self.sparkline.show_band(band)
        self.predicted.show_text(
            ""
            if band is None
            else tr("predicted {range}", range=number_text.predicted_range(*band))
        )

    def _title(self, text: str, *, live: bool) -> None:
        self.title.show_text(text)
        self.dot.setVisible(live)

    def _speeds(self, decode: float | None, prompt: float | None, ttft_s: float | None) -> None:
        self.decode.show_figure(number_text.tokens_per_s(decode), "tok/s" if decode else "")
        self.prompt.show_figure(number_text.tokens_per_s(prompt), "tok/s" if prompt else "")
        self.first_token.show_figure(*number_text.number_of_duration(ttft_s))

    def _cached(self, tokens: int) -> None:
        count = number_text.tokens(tokens)
        self.cached.show_text(tr("{tokens} cached", tokens=count) if tokens else "")

    def _energy(self, stats: GenerationStats | None) -> None:
        if stats is None or not stats.completion_tokens or stats.elapsed_s <= 0:
            self.power.show_figure(number_text.EN_DASH)
            self.energy.show_figure(number_text.EN_DASH)
            self.energy_source.show_text("")
            return
        joules = stats.energy.joules
        self.power.show_figure(number_text.watts(joules / stats.elapsed_s), "W")
        self.energy.show_figure(
            number_text.joules_per_token(joules, stats.completion_tokens), "J/token"
        )
        self.energy_source.show_text(tr(_SOURCES[stats.energy.source]))
        self.energy_source.setToolTip(tr(stats.energy.note))

    # Building

    def _header(self) -> QFrame:
        header = QFrame()
        header.setProperty("line", "bottom")
        header.setFixedHeight(self._theme.px("layout.top_bar_chat"))
        row = QHBoxLayout(header)
        row.setContentsMargins(15, 0, 10, 1)
        row.setSpacing(7)
        self.dot = LiveDot(self._theme)
        self.dot.hide()
        self.title = Label(self._theme, tr("Last answer"), weight=600)
        row.addWidget(self.dot)
        row.addWidget(self.title, 1)
        self.close_button = IconButton(
            self._theme, "panel-right", tr("Close the live panel"), shortcut="Ctrl+."
        )
        self.close_button.set_kept_down(True)
        self.close_button.clicked.connect(self.closed)
        row.addWidget(self.close_button)
        return header

    def _blocks(self) -> ScrollArea:
        theme = self._theme
        self.decode = self._figure("Decode", "figure_xl", "card_title")
        self.sparkline = Sparkline(theme)
        self.prompt = self._figure("Prompt")
        self.cached = Label(theme, "", "caption", "tertiary", tabular=True)
        self.first_token = self._figure("First token")
        self.memory = MemoryView(theme)
        self.power = self._figure("Power")
        self.energy = self._figure("Energy")
        self.energy_source = Label(theme, "", "caption", "tertiary")
        self.savings = SavingsView(theme)
        self.savings.prices_wanted.connect(self.prices_wanted)
        ground = QWidget()
        column = QVBoxLayout(ground)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.predicted = Label(theme, "", "caption", "secondary", tabular=True)
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(Label(theme, self.decode.name, "small", "secondary"), 1)
        row.addWidget(self.predicted)
        column.addWidget(self._block(head, self.decode, self.sparkline))
        pair = _pair(
            self._named(self.prompt, self.cached),
            self._named(self.first_token),
        )
        column.addWidget(self._block(pair))
        column.addWidget(self._block(self.memory))
        pair = _pair(self._named(self.power), self._named(self.energy))
        column.addWidget(self._block(pair, self.energy_source))
        column.addWidget(self._block(self.savings, last=True))
        column.addStretch()
        area = ScrollArea(theme, ground)
        # Seldom needed, and dividers end at the edge of the panel.
        area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        return area

    def _figure(self, name: str, *roles: str) -> Figure:
        """The figure of one of the definitions, which it tells."""
        figure = Figure(self._theme, tr(name), *roles)
        figure.setToolTip(tr(DEFINITIONS[name]))
        figure.setAccessibleDescription(tr(DEFINITIONS[name]))
        return figure

    def _named(self, figure: Figure, *below: QWidget) -> QWidget:
        place = QWidget()
        column = QVBoxLayout(place)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Label(self._theme, figure.name, "small", "secondary"))
        for widget in (figure, *below):
            column.addWidget(widget)
        column.addStretch()
        return place

    def _block(self, *widgets: QWidget, last: bool = False) -> QFrame:
        block = QFrame()
        if not last:
            block.setProperty("line", "bottom")
        column = QVBoxLayout(block)
        column.setContentsMargins(15, 13, 16, 14)
        column.setSpacing(2)
        for widget in widgets:
            column.addWidget(widget)
        return block


def _pair(left: QWidget, right: QWidget) -> QWidget:
    place = QWidget()
    row = QHBoxLayout(place)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(12)
    row.addWidget(left, 1)
    row.addWidget(right, 1)
    return place
