"""Reads and writes at a place in a file, from several threads, on every system."""

from __future__ import annotations

import os
import threading

_SEEKING = threading.Lock()


def write_at(descriptor: int, data: bytes | memoryview, at: int) -> None:
    """Write all of `data`. Raises OSError."""
    view = memoryview(data)
    while view:
        count = _write_some(descriptor, view, at)
        view, at = view[count:], at + count


def read_at(descriptor: int, buffer: memoryview, at: int) -> int:
    """Fill `buffer` as far as the file goes; the number of bytes read. Raises OSError."""
    if hasattr(os, "preadv"):
        return os.preadv(descriptor, [buffer], at)
    with _SEEKING:
        os.lseek(descriptor, at, os.SEEK_SET)
        data = os.read(descriptor, len(buffer))
    buffer[: len(data)] = data
    return len(data)


def _write_some(descriptor: int, view: memoryview, at: int) -> int:
    if hasattr(os, "pwrite"):
        return os.pwrite(descriptor, view, at)
    with _SEEKING:
        os.lseek(descriptor, at, os.SEEK_SET)
        return os.write(descriptor, view)
