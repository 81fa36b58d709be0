"""Frames over a pipe: four bytes of length, then one msgpack message of a known type."""

from __future__ import annotations

import struct
import threading
from typing import IO, Generic, TypeVar

import msgspec

from runtime.language import tr
from runtime.protocol.frames import MAX_FRAME_BYTES, Command, Event

LENGTH = struct.Struct("<I")
Frame = TypeVar("Frame")


class BrokenChannel(Exception):
    """The other side sent something that is no frame, or one that is too large."""


class FrameReader(Generic[Frame]):
    """Reads frames of one union from a binary stream."""

    def __init__(
        self,
        stream: IO[bytes],
        decoder: msgspec.msgpack.Decoder[Frame],
        max_bytes: int = MAX_FRAME_BYTES,
    ) -> None:
        self._stream = stream
        self._decoder = decoder
        self._max_bytes = max_bytes

    def read(self) -> Frame | None:
        """The next frame, None at the end of the stream; `BrokenChannel` for anything else."""
        head = self._stream.read(LENGTH.size)
        if not head:
            return None
        if len(head) < LENGTH.size:
            raise BrokenChannel(tr("the stream ended inside a frame"))
        (size,) = LENGTH.unpack(head)
        if size > self._max_bytes:
            raise BrokenChannel(tr("a frame of {size} bytes", size=size))
        body = self._stream.read(size)
        if len(body) < size:
            raise BrokenChannel(tr("the stream ended inside a frame"))
        try:
            return self._decoder.decode(body)
        except msgspec.MsgspecError as error:
            raise BrokenChannel(tr("not a frame: {reason}", reason=error)) from error


class FrameTooLarge(Exception):
    """A frame over the limit was about to be sent."""


class FrameWriter:
    """Writes whole frames; several threads may share one."""

    def __init__(self, stream: IO[bytes], max_bytes: int = MAX_FRAME_BYTES) -> None:
        self._stream = stream
        self._max_bytes = max_bytes
        self._encoder = msgspec.msgpack.Encoder()
        self._lock = threading.Lock()

    def write(self, frame: msgspec.Struct) -> None:
        """`FrameTooLarge` before anything is written; OSError when the other side is gone."""
        body = self._encoder.encode(frame)
        if len(body) > self._max_bytes:
            raise FrameTooLarge(f"{len(body)} bytes")
        with self._lock:
            self._stream.write(LENGTH.pack(len(body)) + body)
            self._stream.flush()


def command_reader(stream: IO[bytes]) -> FrameReader[Command]:
    return FrameReader(stream, msgspec.msgpack.Decoder(Command))


def event_reader(stream: IO[bytes]) -> FrameReader[Event]:
    return FrameReader(stream, msgspec.msgpack.Decoder(Event))
