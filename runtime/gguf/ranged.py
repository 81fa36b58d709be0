"""Bytes of a file by range, wherever it is, and a cursor that reads them forward in bounds."""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from runtime.errors import CoterieError
from runtime.gguf.problems import damaged, header_ends_early, unreadable
from runtime.language import tr

CHUNK_BYTES = 1 << 20
# The largest header seen, 262,144 tokens with merges and a chat template, is under 20 MB.
MAX_HEADER_BYTES = 256 << 20

_LENGTH = struct.Struct("<Q")


class RangedReader(Protocol):
    """A file that can be read anywhere. `read` gives exactly `length` bytes, or raises OSError."""

    @property
    def size_bytes(self) -> int: ...

    def read(self, offset: int, length: int) -> bytes: ...


class FileRanges:
    """A regular file on this disk, open until the `with` block ends."""

    def __init__(self, path: Path) -> None:
        # A pipe or device would block in open() or in read(), so it is told apart before.
        if not stat.S_ISREG(path.stat().st_mode):
            raise _cannot_open(path, tr("it is not a regular file"))
        self._file = path.open("rb", buffering=0)
        self.size_bytes = os.fstat(self._file.fileno()).st_size

    def read(self, offset: int, length: int) -> bytes:
        self._file.seek(offset)
        parts = []
        while length > 0 and (part := self._file.read(length)):
            parts.append(part)
            length -= len(part)
        if length:
            raise OSError(tr("the file became shorter while it was read"))
        return b"".join(parts)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()


@contextmanager
def open_ranges(path: Path) -> Iterator[FileRanges]:
    """The file at `path`; every failure to open or read it inside the block is a CoterieError."""
    try:
        with FileRanges(path) as ranges:
            yield ranges
    except FileNotFoundError:
        raise unreadable(
            tr("The model file is gone"),
            tr("There is no file {path}.", path=path),
            tr("Choose another model."),
        ) from None
    except OSError as error:
        raise _cannot_open(path, error.strerror.lower() if error.strerror else str(error)) from None


def _cannot_open(path: Path, why: str) -> CoterieError:
    return unreadable(
        tr("The model file cannot be read"),
        tr("{name} could not be read: {why}.", name=path.name, why=why),
        tr("Check the file and its permissions, or choose another model."),
    )


class Cursor:
    """Reads a header forward through one buffer of `chunk_bytes`.

    No length is trusted: whatever goes beyond the file, or beyond `MAX_HEADER_BYTES`, is a
    CoterieError before anything is allocated.
    """

    def __init__(self, source: RangedReader, chunk_bytes: int = CHUNK_BYTES) -> None:
        self._source = source
        self._chunk_bytes = chunk_bytes
        self._buffer = b""
        self._start = 0
        self._at = 0
        self.file_bytes = source.size_bytes
        self._end = min(self.file_bytes, MAX_HEADER_BYTES)

    @property
    def position(self) -> int:
        """Bytes from the beginning of the file."""
        return self._start + self._at

    @property
    def left_bytes(self) -> int:
        """How much header there can still be."""
        return self._end - self.position

    def peek(self, length: int) -> bytes:
        """Up to `length` bytes ahead, fewer at the end of the file; does not move on."""
        length = min(length, self.left_bytes)
        self._need(length)
        return self._buffer[self._at : self._at + length]

    def take(self, length: int) -> bytes:
        """The next `length` bytes."""
        self._need(length)
        taken = self._buffer[self._at : self._at + length]
        self._at += length
        return taken

    def unpack(self, layout: struct.Struct) -> tuple[int | float, ...]:
        """The next values, in the order of `layout`."""
        self._need(layout.size)
        values = layout.unpack_from(self._buffer, self._at)
        self._at += layout.size
        return values

    def skip(self, length: int) -> None:
        """Move on by `length` bytes without reading them."""
        self.require(length)
        self._at += length

    def skip_texts(self, count: int) -> None:
        """Move on by `count` texts, each an unsigned 64-bit length and its bytes."""
        unpack, buffer, at = _LENGTH.unpack_from, self._buffer, self._at
        for _ in range(count):
            try:
                (length,) = unpack(buffer, at)
            except (struct.error, OverflowError):  # past the buffer, perhaps by 2^64
                self._at = at
                self._need(_LENGTH.size)
                buffer, at = self._buffer, self._at
                (length,) = unpack(buffer, at)
            at += _LENGTH.size + length
        self._at = at
        self.require(0)

    def require(self, length: int) -> None:
        """A CoterieError if fewer than `length` bytes of header can be left."""
        if length <= self.left_bytes:
            return
        if max(length, self.file_bytes, self.position) > MAX_HEADER_BYTES:
            raise damaged(tr("A length in its header goes far beyond what any model has."))
        raise header_ends_early(self.file_bytes)

    def _need(self, length: int) -> None:
        if self._at + length <= len(self._buffer):
            return
        self.require(length)
        self._start, self._at = self.position, 0
        wanted = min(max(length, self._chunk_bytes), self._end - self._start)
        self._buffer = self._source.read(self._start, wanted)
