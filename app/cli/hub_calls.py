"""Asks the hub process from the command line and waits for the answer."""

from __future__ import annotations

import contextlib
import itertools
import os
import queue
from collections.abc import Callable, Iterator
from typing import TypeVar

import msgspec

from app.hub_choices import hub_environment
from app.paths import Paths
from app.settings import look_at_settings
from runtime.errors import CoterieError, Problem
from runtime.frame_process import Ended, hub_process
from runtime.hub.frames import HubEvent, HubFailed, HubHello

WAIT_S = 90.0
Answer = TypeVar("Answer")


class HubCalls:
    """One question after the other."""

    def __init__(self, send: Callable[[msgspec.Struct], None]) -> None:
        self._send = send
        self._ids = itertools.count(1)
        self._events: queue.SimpleQueue[HubEvent | Ended] = queue.SimpleQueue()

    def put(self, event: HubEvent | Ended) -> None:
        self._events.put(event)

    def ask(self, command: Callable[[int], msgspec.Struct], kind: type[Answer]) -> Answer:
        """The answer, a `kind`. CoterieError where there is none."""
        self._send(command(next(self._ids)))
        while True:
            try:
                event = self._events.get(timeout=WAIT_S)
            except queue.Empty:
                raise CoterieError(_SILENT) from None
            match event:
                case HubHello():
                    continue
                case HubFailed():
                    raise CoterieError(told(event.problem, event.url))
                case Ended():
                    raise CoterieError(_ENDED)
            if isinstance(event, kind):
                return event


@contextlib.contextmanager
def hub_calls(paths: Paths) -> Iterator[HubCalls]:
    """A hub process with this user's settings, ended with the block."""
    settings, _ = look_at_settings(paths.settings_file)
    environment = hub_environment(settings, os.environ)
    process = hub_process(paths.log_dir / "hub-command.log", environment=environment)
    calls = HubCalls(process.send)
    process.start(calls.put)
    try:
        yield calls
    finally:
        process.stop()


def told(problem: Problem, url: str) -> Problem:
    """As it is told in a terminal: how to sign in there, and the address where there is one."""
    remedy = problem.remedy
    if "sign in" in remedy.lower():
        remedy = f"{remedy} To sign in, set HF_TOKEN, or use Settings in the window."
    if url and url not in problem.one_line():
        remedy = f"{remedy} {url}".strip()
    return msgspec.structs.replace(problem, remedy=remedy)


_SILENT = Problem(
    "hub_silent",
    "The hub did not answer",
    f"Nothing came within {WAIT_S:.0f} seconds",
    "Check the connection and try again.",
)
_ENDED = Problem(
    "hub_process_ended",
    "The search stopped unexpectedly",
    "The process that asks the hub ended by itself",
    "Try again; hub-command.log in the log folder says more.",
)
