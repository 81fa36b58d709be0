"""A real worker process for tests, asked one thing at a time and never waited for too long."""

from __future__ import annotations

import os
import queue
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from runtime.engine_process import WORKER_COMMAND, EngineEvent, EngineProcess, Exited
from runtime.errors import Problem
from runtime.protocol.frames import Cancel, Command, Failed, Finished, Generate, Load, Loaded, Text
from runtime.protocol.messages import ChatMessage, GenerationStats, Sampling

PATIENCE_S = 60.0
CHECKOUT = Path(__file__).parents[1]
GREEDY = Sampling(temperature=0)
Wanted = TypeVar("Wanted")


class Ended(Exception):
    """The worker process ended, or the request failed, while something else was waited for."""

    def __init__(self, event: Exited | Failed) -> None:
        super().__init__(repr(event))
        self.event = event

    @property
    def problem(self) -> Problem:
        assert isinstance(self.event, Failed), self.event
        return self.event.problem


@dataclass(frozen=True)
class Answer:
    """One answer: its text in the pieces it came in, and its numbers."""

    pieces: tuple[str, ...]
    stats: GenerationStats

    @property
    def text(self) -> str:
        return "".join(self.pieces)


def worker_environment() -> dict[str, str]:
    """The worker starts with `-P`; from a checkout that is not installed it needs this."""
    return os.environ | {"PYTHONPATH": str(CHECKOUT)}


class EngineClient:
    def __init__(self, log_path: Path, command: Sequence[str] = WORKER_COMMAND) -> None:
        self._arrivals: queue.Queue[EngineEvent] = queue.Queue()
        self.engine = EngineProcess(log_path, command, worker_environment())
        self.engine.start(self._arrivals.put)
        self._request_id = 0

    def ask_load(self, path: Path, *, n_ctx: int = 512, n_threads: int = 1) -> int:
        self._request_id += 1
        self.engine.send(Load(self._request_id, str(path), n_ctx, n_threads))
        return self._request_id

    def load(self, path: Path, *, n_ctx: int = 512, n_threads: int = 1) -> Loaded:
        self.ask_load(path, n_ctx=n_ctx, n_threads=n_threads)
        return self.wait(Loaded)

    def ask(
        self,
        messages: str | tuple[ChatMessage, ...],
        *,
        max_tokens: int = 0,
        drop_oldest: bool = False,
        sampling: Sampling = GREEDY,
    ) -> int:
        """Send a prompt (or whole conversation); returns the request's id."""
        self._request_id += 1
        if isinstance(messages, str):
            messages = (ChatMessage("user", messages),)
        self.send(
            Generate(
                self._request_id, messages, sampling, time.monotonic(), max_tokens, drop_oldest
            )
        )
        return self._request_id

    def answer(
        self,
        messages: str | tuple[ChatMessage, ...],
        *,
        max_tokens: int = 8,
        drop_oldest: bool = False,
        sampling: Sampling = GREEDY,
    ) -> Answer:
        self.ask(messages, max_tokens=max_tokens, drop_oldest=drop_oldest, sampling=sampling)
        return self.rest_of_answer()

    def rest_of_answer(self) -> Answer:
        events = self.until(Finished)
        stats = events[-1].stats
        return Answer(tuple(event.text for event in events if isinstance(event, Text)), stats)

    def cancel(self, request_id: int) -> None:
        self.send(Cancel(request_id))

    def send(self, command: Command) -> None:
        self.engine.send(command)

    def wait(self, wanted: type[Wanted], timeout_s: float = PATIENCE_S) -> Wanted:
        return self.until(wanted, timeout_s)[-1]

    def until(self, wanted: type[Wanted], timeout_s: float = PATIENCE_S) -> list:
        """All events up to the first `wanted`; `Ended` when another end comes first."""
        events: list = []
        give_up_s = time.monotonic() + timeout_s
        while not events or not isinstance(events[-1], wanted):
            events.append(self._arrivals.get(timeout=max(0.01, give_up_s - time.monotonic())))
            if isinstance(events[-1], Exited | Failed) and not isinstance(events[-1], wanted):
                raise Ended(events[-1])
        return events

    def stop(self) -> None:
        self.engine.stop()
