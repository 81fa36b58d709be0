"""`python -m benchmarks.killed_window NAME [LOG]`: a window that answers until it is killed.

Prints one line, `sent TEXT` or `answered TEXT`, as soon as the window shows it. With LOG the
worker is `counting_worker`, else it is the real one.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject

from app.paths import Paths
from app.session_state import SessionState
from benchmarks.counting_worker import LONG, SHORT
from ui.application import Program


class Asker(QObject):
    """Sends a message with a short answer, then one that is answered at length."""

    def __init__(self, program: Program, texts: list[str]) -> None:
        super().__init__()
        self._session, self._texts = program.session, texts
        self._told: set[str] = set()
        program.session.changed.connect(self._follow)

    def _follow(self, state: SessionState) -> None:
        for message in state.conversation.messages:
            if message.role == "user":
                self._tell("sent", message.text)
            elif message.status == "complete":
                self._tell("answered", message.text)
        ended = not state.conversation.messages or state.conversation.last_answer is not None
        if state.engine.phase == "ready" and state.answer is None and ended and self._texts:
            self._session.send(self._texts.pop(0))

    def _tell(self, what: str, text: str) -> None:
        line = f"{what} {text}"
        if line not in self._told:
            self._told.add(line)
            print(line, flush=True)


def main(name: str, log: str) -> int:
    worker = (sys.executable, "-m", "benchmarks.counting_worker", log) if log else None
    texts = [f"{SHORT} {name}", f"{LONG} {name}"] if log else [f"{LONG} {name}"]
    program = Program(Paths.for_user(), worker)
    askers: list[Asker] = []
    program.furnished.connect(lambda: askers.append(Asker(program, texts)))
    program.window.show()
    return program.app.exec()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""))
