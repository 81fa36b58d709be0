"""`python -m benchmarks.dashboard_window ROUNDS TOKENS`: answers with one page or another in front.

They are the dashboard, the settings, where nothing moves, and the chat. After one answer in each
place that warms up, each answer is a line: the page that was in front, its decode tokens/s, and
the CPU of this process in percent of one core from its first token on and from the question on.
Who goes first changes from round to round.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

from PySide6.QtCore import QObject, QTimer

from app.chat_settings import ChatSettings
from app.paths import Paths
from app.session_state import SessionState
from runtime.protocol.messages import Sampling
from ui.application import Program
from ui.rail import PageName

# What was loaded without a plan is planned in these seconds.
FIRST_MS = 6_000
SETTLE_MS = 1_000
PAGES: tuple[PageName, ...] = ("dashboard", "settings", "chats")
QUESTION = "Write a very long story about the sea."


class Answers(QObject):
    """One answer after the other, the same each time, each in a new chat."""

    def __init__(self, program: Program, rounds: int, tokens: int) -> None:
        super().__init__()
        self._program, self._session, self._tokens = program, program.session, tokens
        self._places, self._warming = _places(rounds), len(PAGES)
        self._front: PageName = "chats"
        self._started = False
        self._asked: tuple[float, float] | None = None
        self._first: tuple[float, float] | None = None
        program.session.changed.connect(self._follow)

    def _follow(self, state: SessionState) -> None:
        now = time.monotonic(), time.process_time()
        if not self._started:
            if state.engine.phase == "ready":
                self._started = True
                QTimer.singleShot(FIRST_MS, self._next)
        elif self._asked is None:
            return
        elif state.answer is not None:
            if self._first is None and state.answer.completion_tokens:
                self._first = now
        elif state.last_answer is not None:
            self._ended(state, now)

    def _next(self) -> None:
        place = next(self._places, None)
        if place is None:
            self._program.window.close()
            return
        self._front = place
        self._program.window.desk.show_page(place)
        self._session.new_chat()
        settings = ChatSettings(max_tokens=self._tokens, sampling=Sampling(temperature=0.0))
        self._session.change_chat(settings)
        QTimer.singleShot(SETTLE_MS, self._ask)

    def _ask(self) -> None:
        self._asked = time.monotonic(), time.process_time()
        self._session.send(QUESTION)

    def _ended(self, state: SessionState, now: tuple[float, float]) -> None:
        assert state.last_answer is not None
        stats, asked, first = state.last_answer.stats, self._asked, self._first
        assert stats is not None
        assert asked is not None
        assert first is not None
        self._asked = self._first = None
        if self._warming:
            self._warming -= 1
        else:
            speed = stats.decode_tokens_per_s
            print(self._front, speed, _percent(first, now), _percent(asked, now), flush=True)
        QTimer.singleShot(SETTLE_MS, self._next)


def _places(rounds: int) -> Iterator[PageName]:
    """The first of each warms up."""
    for number in range(rounds + 1):
        first = number % len(PAGES)
        yield from (*PAGES[first:], *PAGES[:first])


def _percent(since: tuple[float, float], now: tuple[float, float]) -> float:
    """Both are (wall clock, CPU of the process) in seconds."""
    return 100 * (now[1] - since[1]) / (now[0] - since[0])


def main(rounds: int, tokens: int) -> int:
    program = Program(Paths.for_user())
    answers: list[Answers] = []
    program.furnished.connect(lambda: answers.append(Answers(program, rounds, tokens)))
    program.window.show()
    return program.app.exec()


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
