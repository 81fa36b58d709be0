"""Reads commands on a thread of its own, so that a cancel or a vanished program acts at once."""

from __future__ import annotations

import os
import queue
import threading

from runtime.engine.bindings import AbortFlag
from runtime.protocol.channel import BrokenChannel, FrameReader
from runtime.protocol.frames import (
    USUAL_GATHER_S,
    Cancel,
    Command,
    CountTokens,
    Generate,
    Load,
    Measure,
    Pace,
    SaveState,
    Shutdown,
)

EXIT_BROKEN_CHANNEL = 70
Work = Load | Generate | Measure | CountTokens | SaveState


class Mailbox:
    """Commands in order. A `Cancel` raises the abort flag if its request runs, or is remembered.

    `gather_s` is how long text is to be gathered before it is sent.
    """

    def __init__(self, reader: FrameReader[Command], abort: AbortFlag) -> None:
        self._reader = reader
        self._abort = abort
        self._queue: queue.SimpleQueue[Work] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._running = 0
        self.gather_s = USUAL_GATHER_S
        self._cancelled: set[int] = set()

    def start(self) -> None:
        threading.Thread(target=self._read_all, name="mailbox", daemon=True).start()

    def next(self, timeout_s: float) -> Work | None:
        """The next command, None after `timeout_s` without one. The abort flag is its own then."""
        try:
            command = self._queue.get(timeout=timeout_s)
        except queue.Empty:
            return None
        with self._lock:
            self._running = command.request_id
            if command.request_id in self._cancelled:
                self._cancelled.discard(command.request_id)
                self._abort.set()
            else:
                self._abort.clear()
        return command

    def done(self) -> None:
        """The running command has ended; a late cancel for it changes nothing."""
        with self._lock:
            self._running = 0
            self._abort.clear()

    def _read_all(self) -> None:
        try:
            while (command := self._reader.read()) is not None:
                self._take(command)
        except BrokenChannel as error:
            os.write(2, f"worker: {error}\n".encode())
            os._exit(EXIT_BROKEN_CHANNEL)
        # The program is gone, or done with us. Native code may be in the middle of a decode, and
        # nothing here needs saving, so the process ends without asking it.
        os._exit(0)

    def _take(self, command: Command) -> None:
        match command:
            case Cancel(request_id=request_id):
                with self._lock:
                    if request_id == self._running:
                        self._abort.set()
                    elif request_id > self._running:
                        self._cancelled.add(request_id)
            case Pace(gather_s=gather_s):
                self.gather_s = gather_s
            case Shutdown():
                os._exit(0)
            case _:
                self._queue.put(command)
