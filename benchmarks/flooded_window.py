"""`python -m benchmarks.flooded_window RATE SECONDS`: the whole window under a stream of tokens.

Prints the longest stall of the main thread in milliseconds, the frames per second that came in,
and the resident memory of the process in bytes.
"""

from __future__ import annotations

import sys
import time

import psutil
from PySide6.QtCore import QObject, QTimer

from app.paths import Paths
from app.session_state import SessionState
from benchmarks.beats import Beats
from ui.application import Program

SETTLE_MS = 1_500


class Flood(QObject):
    """Sends one message when the engine is ready, and measures until its answer is there."""

    def __init__(self, program: Program, tokens: int) -> None:
        super().__init__()
        self._program, self._tokens = program, tokens
        self._pulse = Beats()
        self._started_s = 0.0
        self._asked = False
        program.session.changed.connect(self._follow)

    def _follow(self, state: SessionState) -> None:
        if state.engine.phase == "ready" and not self._asked:
            self._asked = True
            QTimer.singleShot(SETTLE_MS, self._ask)
        elif self._started_s and state.answer is None and state.last_answer is not None:
            self._end()

    def _ask(self) -> None:
        self._started_s = time.monotonic()
        self._pulse.start()
        self._program.session.send("Tell me a long story")

    def _end(self) -> None:
        self._pulse.stop()
        rate = self._tokens / (time.monotonic() - self._started_s)
        self._started_s = 0.0
        print(self._pulse.longest_ms, rate, psutil.Process().memory_info().rss, flush=True)
        self._program.window.close()


def main(rate: float, seconds: float) -> int:
    tokens = int(rate * seconds)
    command = (sys.executable, "-m", "benchmarks.flood_worker", str(rate), str(tokens))
    program = Program(Paths.for_user(), command)
    floods: list[Flood] = []
    program.furnished.connect(lambda: floods.append(Flood(program, tokens)))
    program.window.show()
    return program.app.exec()


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), float(sys.argv[2])))
