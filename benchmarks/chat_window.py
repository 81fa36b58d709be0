"""`python -m benchmarks.chat_window TASK ...`: one thing a long chat does to its window.

`stream RATE TOKENS` prints the p99 and the worst stall of the main thread in milliseconds.
`token LENGTH` prints what one more token costs at that length, in milliseconds.
`open MESSAGES` prints the first paint and the p95 of a scrolling frame, in milliseconds.
`hostile` prints the longest turn that any of the hostile texts takes, in milliseconds, and which.
"""

from __future__ import annotations

import os
import statistics
import sys
import time

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

from app.paths import Paths
from app.session_state import Conversation, MessageView, RunningAnswer, SessionState
from app.settings import Settings
from benchmarks.beats import Beats
from benchmarks.flooded_markdown import PIECE, TOKENS
from tests.ui.hostile_samples import SAMPLES
from ui.answer_text import AnswerText
from ui.application import Program
from ui.first_paint import FirstPaint
from ui.look import dress
from ui.message_column import MessageColumn
from ui.quiet_collector import keep_full_searches_back
from ui.theme import Theme, load_fonts

BEAT_MS = 2
SETTLE_MS = 1_500
MORE_TOKENS, ROUNDS = 60, 5
WHEEL_PX, WHEEL_STEPS = 120, 400
FRAME_S = 1 / 60
TURNS, AGAIN_MS = 12, 25
SAMPLE_NAMES = tuple(SAMPLES)


class Stream(QObject):
    """Sends one message when the engine is ready, and measures until its answer is there."""

    def __init__(self, program: Program) -> None:
        super().__init__()
        self._program = program
        self._stalls = Beats()
        self._asked = self._measuring = False
        program.session.changed.connect(self._follow)

    def _follow(self, state: SessionState) -> None:
        if state.engine.phase == "ready" and not self._asked:
            self._asked = True
            QTimer.singleShot(SETTLE_MS, self._ask)
        elif self._measuring and state.answer is None and state.last_answer is not None:
            self._measuring = False
            QTimer.singleShot(200, self._end)

    def _ask(self) -> None:
        self._measuring = True
        self._stalls.start()
        self._program.session.send("Explain it at length")

    def _end(self) -> None:
        self._stalls.stop()
        print(percentile(self._stalls.late_ms, 99), max(self._stalls.late_ms), flush=True)
        self._program.window.close()


def stream(rate: float, tokens: int) -> int:
    command = (sys.executable, "-m", "benchmarks.flooded_markdown", str(rate), str(tokens))
    program = Program(Paths.for_user(), command)
    streams: list[Stream] = []
    program.furnished.connect(lambda: streams.append(Stream(program)))
    program.window.show()
    return program.app.exec()


def token(length: int) -> int:
    """The mean of many tokens, drawn and painted one by one; the least of a few rounds."""
    app, theme = _dressed()
    column = _column(theme)
    text = "".join(TOKENS[n % len(TOKENS)] for n in range(length))
    costs_ms = []
    state = SessionState(Settings())
    _show(app, column, state, text)
    for _ in range(ROUNDS):
        began_s = time.monotonic()
        for n in range(length, length + MORE_TOKENS):
            text += TOKENS[n % len(TOKENS)]
            _show(app, column, state, text)
        costs_ms.append((time.monotonic() - began_s) / MORE_TOKENS * 1_000)
        length += MORE_TOKENS
    print(min(costs_ms), flush=True)
    return 0


def _show(app: QApplication, column: MessageColumn, state: SessionState, text: str) -> None:
    answer = RunningAnswer("streaming", text, completion_tokens=len(text) // 4)
    column.show_state(_answering(state, answer), None)
    column.running.text.draw_now()
    app.processEvents()


def _answering(state: SessionState, answer: RunningAnswer) -> SessionState:
    messages = (MessageView(1, "user", "Why?"),)
    return SessionState(state.settings, conversation=Conversation(1, "", messages), answer=answer)


def open_long(count: int) -> int:
    app, theme = _dressed()
    messages = tuple(
        MessageView(n, "user", f"Question {n}: why does a 30B model run well here?")
        if n % 2
        else MessageView(n, "assistant", PIECE)
        for n in range(1, count + 1)
    )
    column = MessageColumn(theme, None, lambda _message, _last: None)
    column.resize(900, 800)
    began_s = time.monotonic()
    painted: list[float] = []
    FirstPaint(column, lambda: painted.append((time.monotonic() - began_s) * 1_000))
    column.show_state(SessionState(Settings(), conversation=Conversation(1, "", messages)), None)
    column.show()
    while not painted:
        app.processEvents()
    print(painted[0], percentile(_scroll(app, column), 95), flush=True)
    return 0


def hostile() -> int:
    """Turns of one answer after the other, each in a view of its own; of three runs the least."""
    app, theme = _dressed()
    longest = {name: _turns_ms(app, theme, text) for name, text in SAMPLES.items()}
    # A slow turn may be the machine's: those are taken again.
    for name in [name for name, took_ms in longest.items() if took_ms > AGAIN_MS]:
        longest[name] = min(
            longest[name], *(_turns_ms(app, theme, SAMPLES[name]) for _ in range(2))
        )
    name = max(longest, key=longest.__getitem__)
    print(longest[name], SAMPLE_NAMES.index(name), flush=True)
    return 0


def _turns_ms(app: QApplication, theme: Theme, text: str) -> float:
    view = AnswerText(theme)
    view.resize(640, 480)
    view.show()
    began_s = time.monotonic()
    view.show_finished(text)
    turns_s = [time.monotonic() - began_s]
    for _ in range(TURNS):
        began_s = time.monotonic()
        app.processEvents()
        turns_s.append(time.monotonic() - began_s)
    view.close()
    view.deleteLater()
    # Without an event loop nothing else does: it would go on drawing in the turns of the next one.
    app.sendPostedEvents(view, QEvent.Type.DeferredDelete.value)
    return max(turns_s) * 1_000


def _scroll(app: QApplication, column: MessageColumn) -> list[float]:
    """What each turn of the wheel takes until everything it caused is painted."""
    bar = column.verticalScrollBar()
    frames_ms = []
    for _ in range(WHEEL_STEPS):
        began_s = time.monotonic()
        bar.setValue(bar.value() - WHEEL_PX)
        app.processEvents()
        took_s = time.monotonic() - began_s
        frames_ms.append(took_s * 1_000)
        time.sleep(max(0.0, FRAME_S - took_s))  # a hand turns the wheel no faster
    return frames_ms


def _dressed() -> tuple[QApplication, Theme]:
    app = QApplication(sys.argv[:1])
    load_fonts()
    theme = Theme("light")
    dress(app, theme)
    keep_full_searches_back()  # As the program does when it has settled.
    return app, theme


def _column(theme: Theme) -> MessageColumn:
    column = MessageColumn(theme, None, lambda _message, _last: None)
    column.resize(900, 800)
    column.show()
    return column


def percentile(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100)[percent - 1]


if __name__ == "__main__":
    tasks = {"stream": stream, "token": token, "open": open_long, "hostile": hostile}
    code = tasks[sys.argv[1]](*(int(word) for word in sys.argv[2:]))
    sys.stdout.flush()
    os._exit(code)  # Qt's own end after the last figure is not measured
