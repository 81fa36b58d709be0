"""Stops the threads of one download, also those that wait for bytes from the network."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator


class Halted(Exception):
    """The download was told to stop."""


class Halt:
    """Once set it stays set; sockets being read are shut, so that their reads return."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._changed = threading.Condition()
        self._sockets: set[socket.socket | None] = set()
        self._readers = 0
        self._nudges = 0

    def is_set(self) -> bool:
        return self._event.is_set()

    def check(self) -> None:
        if self._event.is_set():
            raise Halted

    def set(self) -> None:
        with self._changed:
            self._event.set()
            for sock in self._sockets:
                if sock is not None:
                    _shut(sock)
            self._changed.notify_all()

    def nudge(self) -> None:
        """End the waits of now."""
        with self._changed:
            self._nudges += 1
            self._changed.notify_all()

    def rest(self, seconds: float) -> None:
        """Wait; shorter after a nudge. Raises Halted."""
        until_s = time.monotonic() + seconds
        with self._changed:
            nudges = self._nudges
            while not self._event.is_set() and nudges == self._nudges:
                left_s = until_s - time.monotonic()
                if left_s <= 0 or not self._changed.wait(left_s):
                    break
        self.check()

    @contextlib.contextmanager
    def reading(self, sock: socket.socket | None) -> Iterator[None]:
        """Around reading from `sock` and writing what came: `quiet` waits for all of these."""
        with self._changed:
            self.check()
            self._sockets.add(sock)
            self._readers += 1
        try:
            yield
        finally:
            with self._changed:
                self._sockets.discard(sock)
                self._readers -= 1
                self._changed.notify_all()

    def quiet(self) -> None:
        """Return when nobody reads or writes any more; afterwards nobody can begin to."""
        with self._changed:
            self._event.set()
            while self._readers:
                self._changed.wait(1.0)


def _shut(sock: socket.socket) -> None:
    # A TLS socket's own shutdown drops its state under the thread that reads.
    with contextlib.suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
