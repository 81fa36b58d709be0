"""Reads a part file in order behind those who fill it: the sha256 of each piece and of all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from runtime.downloads.halt import Halt
from runtime.downloads.log import log
from runtime.downloads.part_file import PartFile

if TYPE_CHECKING:
    from hashlib import _Hash

_READ_BYTES = 4 << 20
_LEAST_BYTES = 1 << 20
_PATIENCE_S = 0.05


class Checking:
    """`checked_bytes` is how far it has come. `bad_bytes` are fetched again, found bad here."""

    def __init__(self, part: PartFile, halt: Halt) -> None:
        self.checked_bytes = 0
        self.bad_bytes = 0
        self._part = part
        self._halt = halt
        self._buffer = memoryview(bytearray(_READ_BYTES))

    def whole(self) -> str:
        """The sha256 of the file, once all of it is there. Raises Halted, OSError.

        A piece that is not any more what it was when it arrived is fetched again.
        """
        whole = hashlib.sha256()
        self.checked_bytes = 0
        for index in range(len(self._part.pieces)):
            whole = self._piece_known_good(index, whole)
        return whole.hexdigest()

    def _piece_known_good(self, index: int, before: _Hash) -> _Hash:
        begin = self.checked_bytes
        while True:
            after = before.copy()
            digest = self._piece(index, after.update)
            known = self._part.digests[index]
            if known in ("", digest):
                self._part.set_digest(index, digest)
                return after
            log(f"piece {index} has changed on the disk and is fetched again")
            self.bad_bytes += self._part.pieces.size(index)
            self._part.reset(index)
            self.checked_bytes = begin

    def _piece(self, index: int, also: Callable[[memoryview], None]) -> str:
        digest = hashlib.sha256()
        offset, size = 0, self._part.pieces.size(index)
        while offset < size:
            there = self._wait(index, offset)
            count = self._part.read(index, offset, self._buffer[: min(_READ_BYTES, there - offset)])
            data = self._buffer[:count]
            digest.update(data)
            also(data)
            offset += count
            self.checked_bytes += count
        return digest.hexdigest()

    def _wait(self, index: int, offset: int) -> int:
        """How much of the piece is there: more than `offset`."""
        while True:
            self._halt.check()
            there = self._part.wait_written(index, offset, _LEAST_BYTES, _PATIENCE_S)
            if there > offset:
                return there
