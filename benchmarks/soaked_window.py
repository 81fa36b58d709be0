"""`python -m benchmarks.soaked_window TASK COUNT ...`: a window through a long working day.

`tokens COUNT EACH RATE` streams COUNT answers of EACH tokens; `loads COUNT` loads and unloads a
model. After every tenth part it prints how much is done, the resident bytes, the open descriptors
and the threads of its process, each time at rest in an empty chat.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import psutil
from PySide6.QtCore import QObject, QTimer

from app.paths import Paths
from app.session_state import SessionState
from ui.application import Program

PARTS = 10
ANSWERS_IN_A_CHAT = 5
REST_MS = 2_000


class Day(QObject):
    """Does one thing after the other; `step` begins the next, `is_done` says that it has ended."""

    def __init__(self, program: Program, count: int) -> None:
        super().__init__()
        self._program, self._session, self._count = program, program.session, count
        self._done, self._busy, self._started = 0, False, False
        program.session.changed.connect(self._follow)

    def is_ready(self, state: SessionState) -> bool:
        raise NotImplementedError

    def is_done(self, state: SessionState) -> bool:
        raise NotImplementedError

    def step(self, number: int) -> None:
        raise NotImplementedError

    def _follow(self, state: SessionState) -> None:
        if not self._started and self.is_ready(state):
            self._started = True
            self._rest()
        elif self._busy and self.is_done(state):
            self._busy = False
            self._done += 1
            self._after(self._rest if self._done % (self._count // PARTS) == 0 else self._next)

    def _next(self) -> None:
        self._busy = True
        self.step(self._done)

    def _rest(self) -> None:
        self._session.new_chat()
        QTimer.singleShot(REST_MS, self._measured)

    def _measured(self) -> None:
        process = psutil.Process()
        numbers = process.memory_info().rss, process.num_fds(), process.num_threads()
        print(self._done, *numbers, flush=True)
        if self._done >= self._count:
            self._program.window.close()
        else:
            self._next()

    def _after(self, then: Callable[[], None]) -> None:
        QTimer.singleShot(0, then)


class Answers(Day):
    """A few answers in each chat; every third chat is an old one that is opened again."""

    def is_ready(self, state: SessionState) -> bool:
        return state.engine.phase == "ready"

    def is_done(self, state: SessionState) -> bool:
        return state.answer is None and state.last_answer is not None

    def step(self, number: int) -> None:
        session = self._session
        if number % ANSWERS_IN_A_CHAT == 0:
            chats = session.state.conversations
            session.new_chat()
            if number // ANSWERS_IN_A_CHAT % 3 == 2:
                session.open_chat(chats[-1].id)
        session.send(f"Question {number}: explain it at length")


class Loads(Day):
    """Load, and unload as soon as it is ready; the models take turns."""

    def is_ready(self, state: SessionState) -> bool:
        return state.engine.phase == "ready"

    def is_done(self, state: SessionState) -> bool:
        if state.engine.phase in ("failed", "crashed"):
            raise RuntimeError(str(state.engine.problem))
        if state.engine.phase == "ready":
            self._session.unload()
            return True
        return False

    def step(self, number: int) -> None:
        models = self._session.state.models
        self._session.load_model(models[number % len(models)].id)


def main(task: str, numbers: list[int]) -> int:
    count, *rest = numbers
    worker = None
    if task == "tokens":
        each, rate = map(str, rest)
        worker = (sys.executable, "-m", "benchmarks.flooded_markdown", rate, each)
    program = Program(Paths.for_user(), worker)
    days: list[Day] = []
    kind = Answers if task == "tokens" else Loads
    program.furnished.connect(lambda: days.append(kind(program, count)))
    program.window.show()
    return program.app.exec()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], [int(word) for word in sys.argv[2:]]))
