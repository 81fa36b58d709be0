"""Asks the hub process and hands each answer to whoever asked, on the window's thread."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import msgspec
from PySide6.QtCore import QObject, Qt, Signal

from app.posting import post
from runtime.errors import CoterieError, Problem
from runtime.frame_process import Ended
from runtime.hub.frames import GiveUp, HubEvent, HubFailed, HubHello, HubShutdown
from runtime.language import tr


class HubChild(Protocol):
    """What is needed of the process; `FrameProcess[HubEvent]` is one."""

    def start(self, on_event: Callable[[HubEvent | Ended], None]) -> None: ...
    def send(self, command: msgspec.Struct) -> None: ...
    def end(self, last_word: msgspec.Struct, patience_s: float) -> None: ...
    def stop(self) -> None: ...


@dataclass(frozen=True)
class _Asked:
    done: Callable[[HubEvent], None]
    failed: Callable[[HubFailed], None]


class HubClient(QObject):
    """Starts the process with the first question, and again after it died."""

    _arrived = Signal(int, object)

    def __init__(self, new_process: Callable[[], HubChild], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._new_process = new_process
        self._process: HubChild | None = None
        self._number = 0
        self._ids = itertools.count(1)
        self._asked: dict[int, _Asked] = {}
        self._arrived.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def ask(
        self,
        command: Callable[[int], msgspec.Struct],
        done: Callable[[HubEvent], None],
        failed: Callable[[HubFailed], None],
    ) -> int:
        """Send `command(request_id)`; exactly one of `done` and `failed` is called, later, unless
        the question is given up.
        """
        request_id = next(self._ids)
        self._asked[request_id] = _Asked(done, failed)
        try:
            if self._process is None:
                self._start()
            assert self._process is not None
            self._process.send(command(request_id))
        except CoterieError as error:
            self._arrived.emit(self._number, HubFailed(request_id, error.problem))
        return request_id

    def give_up(self, request_id: int) -> None:
        """The answer is not wanted any more."""
        if self._asked.pop(request_id, None) is not None and self._process is not None:
            self._process.send(GiveUp(request_id))

    def restart(self) -> None:
        """End the process, so that the next question meets one with the settings of then."""
        self._asked.clear()
        self._number += 1
        process, self._process = self._process, None
        if process is not None:
            process.stop()

    def close(self) -> None:
        self._asked.clear()
        self._number += 1
        process, self._process = self._process, None
        if process is not None:
            process.send(HubShutdown())
            process.stop()

    def _start(self) -> None:
        self._number += 1
        number = self._number
        process = self._new_process()
        process.start(lambda event: post(self._arrived, number, event))
        self._process = process

    def _take(self, number: int, event: HubEvent | Ended) -> None:
        if number != self._number:
            return
        match event:
            case HubHello():
                return
            case Ended():
                self._process = None
                waiting, self._asked = self._asked, {}
                for request_id, asked in waiting.items():
                    asked.failed(HubFailed(request_id, ended_problem()))
            case HubFailed() if event.request_id in self._asked:
                self._asked.pop(event.request_id).failed(event)
            case _ if event.request_id in self._asked:
                self._asked.pop(event.request_id).done(event)


def ended_problem() -> Problem:
    """What was asked has no answer any more."""
    return Problem(
        "hub_process_ended",
        tr("The search stopped unexpectedly"),
        tr("The process that asks the hub ended by itself"),
        tr("Try again."),
    )
