"""Sends an answer's bytes, and goes wrong in the middle of them where a fault wants it."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tests.hub.exchange import FileSpan, Request, Response
from tests.hub.faults import Cut, Fault, FlipBit, Reset, Slow, Stall

_PIECE_BYTES = 4 << 20
_LEAST_PIECE_BYTES = 4 << 10
_MOST_PIECES_PER_S = 50


class ConnectionOver(Exception):
    """This connection is not to be used any more."""


class Throttle:
    """Shares so many bytes/s among all who take from it; 0 is no limit."""

    def __init__(self, bytes_per_s: float, closing: threading.Event) -> None:
        self.bytes_per_s = bytes_per_s
        self._closing = closing
        self._lock = threading.Lock()
        self._free_at_s = 0.0

    @property
    def piece_bytes(self) -> int:
        if not self.bytes_per_s:
            return _PIECE_BYTES
        piece = int(self.bytes_per_s / _MOST_PIECES_PER_S)
        return min(_PIECE_BYTES, max(_LEAST_PIECE_BYTES, piece))

    def take(self, size: int) -> None:
        """Wait until `size` bytes may be sent."""
        if not self.bytes_per_s:
            return
        with self._lock:
            now_s = time.monotonic()
            begin_s = max(now_s, self._free_at_s)
            self._free_at_s = begin_s + size / self.bytes_per_s
        if begin_s > now_s:
            self._closing.wait(begin_s - now_s)


@dataclass(frozen=True)
class Surroundings:
    """What sending needs of the hub. `sent` is called whenever more bytes are out."""

    throttle: Throttle
    closing: threading.Event
    released: threading.Event
    sent: Callable[[], None]


def send_body(
    connection: socket.socket,
    response: Response,
    request: Request,
    faults: Sequence[Fault],
    around: Surroundings,
) -> None:
    """Send the body. `ConnectionOver` where a fault ended the connection before its end."""
    throttles = [around.throttle] + [
        Throttle(fault.bytes_per_s, around.closing) for fault in faults if isinstance(fault, Slow)
    ]
    ends = sorted(
        (fault for fault in faults if isinstance(fault, Cut | Reset | Stall)),
        key=lambda fault: fault.after_bytes,
    )
    flips = [fault for fault in faults if isinstance(fault, FlipBit)]
    source = _Source(response, flips)
    with contextlib.closing(source):
        position = 0
        for fault in ends:
            stop = min(fault.after_bytes, response.size_bytes)
            _send_span(connection, source, (position, stop), request, throttles, around)
            position = stop
            _act(connection, fault, around)
        whole = (position, response.size_bytes)
        _send_span(connection, source, whole, request, throttles, around)


def _send_span(
    connection: socket.socket,
    source: _Source,
    span: tuple[int, int],
    request: Request,
    throttles: Sequence[Throttle],
    around: Surroundings,
) -> None:
    position, end = span
    while position < end:
        if around.closing.is_set():
            raise ConnectionOver
        size = min(end - position, *(throttle.piece_bytes for throttle in throttles))
        for throttle in throttles:
            throttle.take(size)
        for sent in source.send(connection, position, size):
            request.bytes_sent += sent
        position += size
        around.sent()


def _act(connection: socket.socket, fault: Cut | Reset | Stall, around: Surroundings) -> None:
    if isinstance(fault, Stall):
        if around.released.wait(fault.timeout_s) and not around.closing.is_set():
            return
    elif isinstance(fault, Reset):
        # With a linger time of 0 a close drops what is unsent and sends RST.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raise ConnectionOver


class _Source:
    """The body's bytes, with bits turned over; whole pieces of a file go out by sendfile."""

    def __init__(self, response: Response, flips: Sequence[FlipBit]) -> None:
        self._body = response.body
        self._flips = flips
        self._descriptor: int | None = None
        if isinstance(self._body, FileSpan) and not isinstance(self._body.file.content, bytes):
            self._descriptor = os.open(self._body.file.disk, os.O_RDONLY)

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)

    def send(self, connection: socket.socket, position: int, size: int) -> Iterator[int]:
        """Send `size` bytes of the body from `position` on, saying how many went each time."""
        if isinstance(self._body, bytes):
            connection.sendall(memoryview(self._body)[position : position + size])
            yield size
            return
        begin = self._body.begin + position
        flips = [flip for flip in self._flips if begin <= flip.offset < begin + size]
        if self._descriptor is None or flips:
            connection.sendall(self._flipped(begin, size, flips))
            yield size
            return
        while size:
            sent = os.sendfile(connection.fileno(), self._descriptor, begin, size)
            if not sent:
                raise ConnectionOver  # The file is shorter than it was.
            begin, size = begin + sent, size - sent
            yield sent

    def _flipped(self, begin: int, size: int, flips: Sequence[FlipBit]) -> bytes | memoryview:
        data: bytes | memoryview
        assert isinstance(self._body, FileSpan)
        content = self._body.file.content
        if isinstance(content, bytes):
            data = memoryview(content)[begin : begin + size]
        else:
            assert self._descriptor is not None
            data = os.pread(self._descriptor, size, begin)
        if not flips:
            return data
        changed = bytearray(data)
        for flip in flips:
            changed[flip.offset - begin] ^= 1 << flip.bit
        return bytes(changed)
