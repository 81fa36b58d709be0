"""`python -m benchmarks.clocked_window`: a window that chats while its wall clock is moved.

The clock is moved through the file COTERIE_MOVED_CLOCK, as `moved_clock.c` reads it. Prints as
JSON what was shown out of its place, what was below zero, and the order that a later start must
find: the list of chats, and of each the messages sent.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, QTimer

from app.chat_settings import ChatSettings
from app.paths import Paths
from app.session_state import SessionState
from benchmarks.clock_steps import STEPS, below_zero, misplaced, moved
from ui.application import Program

MOVED_AT_TOKENS = 5
ANSWER_TOKENS = 40


class Chatting(QObject):
    """One message after the other; the clock moves in the middle of each answer."""

    def __init__(self, program: Program, clock: Path) -> None:
        super().__init__()
        self._program, self._session, self._clock = program, program.session, clock
        self._step, self._phase = 0, "idle"
        self._chats: list[int] = []
        self._order: list[int] = []
        self._sent: dict[int, list[str]] = {}
        self._wrong: list[str] = []
        self._below: set[str] = set()
        program.session.changed.connect(self._follow)

    def _follow(self, state: SessionState) -> None:
        if self._phase == "idle" and state.engine.phase == "ready":
            self._phase = "turning"
            QTimer.singleShot(0, self._send)
        elif self._phase == "asked" and state.answer is not None:
            self._below |= below_zero("live", msgspec.to_builtins(state.answer))
            if state.answer.completion_tokens >= MOVED_AT_TOKENS:
                self._phase = "moved"
                self._clock.write_bytes(moved(STEPS[self._step].then_years))
        elif self._phase in ("asked", "moved") and state.answer is None:
            self._ended(state)
        elif state.answer is not None:
            self._below |= below_zero("live", msgspec.to_builtins(state.answer))

    def _send(self) -> None:
        chat = STEPS[self._step].chat
        if chat < len(self._chats):
            self._session.open_chat(self._chats[chat])
        else:
            self._session.new_chat()
        self._session.change_chat(ChatSettings(max_tokens=ANSWER_TOKENS))
        text = f"Message {self._step}: what is the weather like?"
        self._session.send(text)
        state = self._session.state
        shown = state.conversation.id
        assert shown is not None
        if shown not in self._chats:
            self._chats.append(shown)
        self._sent.setdefault(shown, []).append(text)
        self._order = [shown, *(chat for chat in self._order if chat != shown)]
        self._phase = "asked"
        self._check(state)

    def _ended(self, state: SessionState) -> None:
        if self._phase == "asked":
            self._wrong.append("the answer ended before the clock was moved")
        self._phase = "turning"
        self._below |= below_zero("last", msgspec.to_builtins(state.last_answer))
        self._check(state)
        self._step += 1
        if self._step < len(STEPS):
            QTimer.singleShot(0, self._send)
        else:
            self._tell()

    def _check(self, state: SessionState) -> None:
        listed = [chat.id for chat in state.conversations]
        self._wrong += misplaced(f"list at {self._step}", listed, self._order)
        texts = [m.text for m in state.conversation.messages if m.role == "user"]
        sent = self._sent[self._order[0]]
        self._wrong += misplaced(f"messages at {self._step}", texts, sent)

    def _tell(self) -> None:
        found = {
            "wrong": self._wrong,
            "below": sorted(self._below),
            "order": self._order,
            "sent": [self._sent[chat] for chat in self._order],
        }
        print(json.dumps(found), flush=True)
        self._program.window.close()


def main() -> int:
    clock = Path(os.environ["COTERIE_MOVED_CLOCK"])
    program = Program(Paths.for_user())
    chats: list[Chatting] = []
    program.furnished.connect(lambda: chats.append(Chatting(program, clock)))
    program.window.show()
    return program.app.exec()


if __name__ == "__main__":
    sys.exit(main())
