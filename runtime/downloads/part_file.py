"""A file on its way: which bytes of each piece are there, and which are on the disk for good."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from runtime.downloads.journal import FileJournal, FileJournalKeeper, sync_folder
from runtime.downloads.pieces import Pieces
from runtime.downloads.positioned import read_at, write_at
from runtime.language import tr

# Together less than 64 MB may be lost by a kill: this, and what lies in the sockets' buffers.
SYNC_AT_BYTES = 16 << 20
MOST_UNSYNCED_BYTES = 32 << 20
SYNC_AFTER_S = 1.0
_BINARY = getattr(os, "O_BINARY", 0)


@dataclass(frozen=True)
class Claim:
    """The rest of one piece, for one connection: bytes `begin` to before `end` of the file."""

    index: int
    begin: int
    end: int


class PartFile:
    """Pieces are claimed in order by connections, filled from their starts, and synced behind them.

    A byte below a piece's count is not written again until `reset`.
    """

    def __init__(self, path: Path, pieces: Pieces, keeper: FileJournalKeeper | None) -> None:
        self.pieces = pieces
        self._path = path
        self._keeper = keeper
        self._changed = threading.Condition()
        self._syncing = threading.Lock()
        self._written = [0] * len(pieces)
        self._durable = [0] * len(pieces)
        self._digests = [""] * len(pieces)
        self._claimed: set[int] = set()
        self._first_open = 0
        self._unsynced = 0
        self._verified = ""
        self._error: OSError | None = None
        self._closing = False
        self._descriptor = self._open()
        self._thread = threading.Thread(target=self._keep_syncing, name="sync", daemon=True)
        self._thread.start()

    @property
    def written_bytes(self) -> int:
        with self._changed:
            return sum(self._written)

    @property
    def durable_bytes(self) -> int:
        with self._changed:
            return sum(self._durable)

    @property
    def is_complete(self) -> bool:
        with self._changed:
            return self._next_open() is None

    @property
    def digests(self) -> tuple[str, ...]:
        with self._changed:
            return tuple(self._digests)

    def claim(self) -> Claim | None:
        """The rest of the first piece that is neither whole nor claimed."""
        with self._changed:
            index = self._next_open()
            while index is not None and index < len(self.pieces):
                if index not in self._claimed and not self._is_whole(index):
                    return self._claim(index)
                index += 1
            return None

    def claim_at(self, index: int) -> Claim | None:
        """The rest of this piece, None when it is whole, claimed or none."""
        with self._changed:
            if index >= len(self.pieces) or index in self._claimed or self._is_whole(index):
                return None
            return self._claim(index)

    def next_byte(self, index: int) -> int:
        """Where in the file the first missing byte of a piece is."""
        with self._changed:
            return self.pieces.begin(index) + self._written[index]

    def release(self, index: int) -> None:
        """Others may claim what is left of the piece."""
        with self._changed:
            self._claimed.discard(index)
            self._changed.notify_all()

    def write(self, index: int, data: bytes | memoryview) -> None:
        """Append to a claimed piece; waits while too much is not on the disk. Raises OSError."""
        begin = self.pieces.begin(index) + self._written[index]
        if begin + len(data) > self.pieces.end(index):
            raise ValueError("more bytes than the piece holds")
        size = len(data)
        write_at(self._descriptor, data, begin - self.pieces.origin)
        with self._changed:
            self._written[index] += size
            self._unsynced += size
            if self._unsynced >= SYNC_AT_BYTES or self._is_whole(index):
                self._changed.notify_all()
            while self._unsynced >= MOST_UNSYNCED_BYTES and not self._error and not self._closing:
                self._changed.wait(1.0)
            if self._error:
                raise self._error

    def wait_written(self, index: int, beyond: int, least: int, patience_s: float) -> int:
        """The count of a piece, once `least` more than `beyond` or all are there, or after a while.

        Raises OSError when the disk failed.
        """
        with self._changed:
            if self._written[index] < beyond + least and not self._is_whole(index):
                self._changed.wait(patience_s)
            if self._error:
                raise self._error
            return self._written[index]

    def read(self, index: int, offset: int, buffer: memoryview) -> int:
        """Fill `buffer` from a piece's offset; fewer bytes at its end. Raises OSError."""
        at = self.pieces.begin(index) - self.pieces.origin + offset
        count = read_at(self._descriptor, buffer, at)
        if count == 0:
            raise OSError(tr("{name} is shorter than it was", name=self._path.name))
        return count

    def set_digest(self, index: int, digest: str) -> None:
        with self._changed:
            self._digests[index] = digest

    @property
    def verified(self) -> str:
        """The sha256 of the whole, once it was found right."""
        return self._verified

    def set_verified(self, digest: str) -> None:
        """Keep for good that the whole was found right. Raises OSError."""
        self._verified = digest
        self.sync()

    def reset(self, index: int, hold: bool = False) -> None:
        """Forget a piece, for good before this returns: it is fetched again. Raises OSError.

        With `hold` it is claimed at once, for the caller to fill.
        """
        with self._syncing:
            with self._changed:
                if hold:
                    self._claimed.add(index)
                self._written[index] = 0
                self._durable[index] = 0
                self._digests[index] = ""
                self._first_open = 0
            self._sync_now()
        with self._changed:
            self._changed.notify_all()

    def sync(self) -> None:
        """Bring all that is written to the disk, and say so in the journal. Raises OSError."""
        with self._syncing:
            self._sync_now()

    def close(self) -> None:
        """Bring everything to the disk, as far as it lets us. Nobody may write any more."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()
        with contextlib.suppress(OSError):
            self.sync()
        os.close(self._descriptor)

    def _claim(self, index: int) -> Claim:
        self._claimed.add(index)
        begin = self.pieces.begin(index) + self._written[index]
        return Claim(index, begin, self.pieces.end(index))

    def _is_whole(self, index: int) -> bool:
        return self._written[index] == self.pieces.size(index)

    def _next_open(self) -> int | None:
        while self._first_open < len(self.pieces) and self._is_whole(self._first_open):
            self._first_open += 1
        return self._first_open if self._first_open < len(self.pieces) else None

    def _open(self) -> int:
        journal = self._keeper.read() if self._keeper else None
        is_new = journal is None or not self._take_up(journal)
        flags = os.O_RDWR | os.O_CREAT | _BINARY | (os.O_TRUNC if is_new else 0)
        descriptor = os.open(self._path, flags, 0o666)
        try:
            if is_new:
                os.ftruncate(descriptor, self.pieces.size_bytes)
                os.fsync(descriptor)
                sync_folder(self._path.parent)
                if self._keeper:
                    self._keeper.create(self._journal())
        except OSError:
            os.close(descriptor)
            raise
        return descriptor

    def _take_up(self, journal: FileJournal) -> bool:
        """Go on from `journal`; False when it does not belong to this file or can't be true."""
        try:
            there_bytes = self._path.stat().st_size
        except OSError:
            return False
        pieces = self.pieces
        if (
            (journal.size_bytes, journal.piece_bytes) != (pieces.size_bytes, pieces.piece_bytes)
            or there_bytes != pieces.size_bytes
            or not len(journal.done) == len(journal.digests) == len(pieces)
            or any(done > pieces.size(index) for index, done in enumerate(journal.done))
        ):
            return False
        self._written = list(journal.done)
        self._durable = list(journal.done)
        self._verified = journal.verified
        self._digests = [
            digest if journal.done[index] == pieces.size(index) else ""
            for index, digest in enumerate(journal.digests)
        ]
        return True

    def _journal(self) -> FileJournal:
        return FileJournal(
            size_bytes=self.pieces.size_bytes,
            piece_bytes=self.pieces.piece_bytes,
            done=tuple(self._written),
            digests=tuple(self._digests),
            verified=self._verified,
        )

    def _keep_syncing(self) -> None:
        since_s = time.monotonic()
        while True:
            with self._changed:
                if self._closing or self._error:
                    return
                due_s = since_s + SYNC_AFTER_S - time.monotonic()
                if self._unsynced < SYNC_AT_BYTES and (due_s > 0 or not self._unsynced):
                    self._changed.wait(due_s if self._unsynced and due_s > 0 else SYNC_AFTER_S)
                    continue
            with contextlib.suppress(OSError):  # Kept for those who write and wait.
                self.sync()
            since_s = time.monotonic()

    def _sync_now(self) -> None:
        """Only with `_syncing` held, so that journals are written in the order of their truth.

        After a failed sync the system may have dropped what it could not write, and a second one
        succeeds: nothing is believed any more until the file is opened again.
        """
        if self._error:
            raise self._error
        with self._changed:
            journal, batch = self._journal(), self._unsynced
        try:
            _data_sync(self._descriptor)
            if self._keeper:
                self._keeper.write(journal)
        except OSError as error:
            with self._changed:
                self._error = error
                self._changed.notify_all()
            raise
        with self._changed:
            self._durable = list(journal.done)
            self._unsynced -= batch
            self._changed.notify_all()


def _data_sync(descriptor: int) -> None:
    getattr(os, "fdatasync", os.fsync)(descriptor)
