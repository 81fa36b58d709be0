"""What a download has on the disk for good, written so that any moment may be the last."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec

from runtime.downloads.frames import DownloadRequest, PausedBy
from runtime.errors import Problem

MAX_BYTES = 16 << 20
_PIECE_ROOM = 80  # One piece in the journal: its digest in quotes, up to 10 digits, commas.
_DIGEST = 64

T = TypeVar("T")
State = Literal["active", "paused", "failed", "done"]


class FileJournal(msgspec.Struct, frozen=True):
    """One file: how many bytes of each piece are there, from the piece's start, and its sha256.

    `verified` is the sha256 of the whole once that was found right.
    """

    size_bytes: int
    piece_bytes: int
    done: tuple[Annotated[int, msgspec.Meta(ge=0)], ...]
    digests: tuple[str, ...]
    verified: str = ""


class DownloadJournal(msgspec.Struct, frozen=True):
    """One download: what it is and how it stands."""

    request: DownloadRequest
    added_at_s: float
    state: State = "active"
    paused_by: PausedBy = ""
    paused_at_s: float = 0.0
    problem: Problem | None = None
    url: str = ""
    paths: tuple[str, ...] = ()


class Queue(msgspec.Struct, frozen=True):
    """The order of the downloads."""

    ids: tuple[str, ...]


class _Numbered(msgspec.Struct, frozen=True):
    number: int
    journal: FileJournal


class FileJournalKeeper:
    """Keeps a FileJournal in two files of a fixed size that are overwritten in turn.

    So each step is one write and one fsync, a torn one leaves the older whole, and a full disk
    can't stop it: the room is taken when it is made.
    """

    def __init__(self, stem: Path) -> None:
        self._paths = (stem.with_name(f"{stem.name}.a"), stem.with_name(f"{stem.name}.b"))
        self._number = 0

    def read(self) -> FileJournal | None:
        """The newest whole one; None when there is none."""
        found = [numbered for path in self._paths if (numbered := _read_slot(path))]
        if not found:
            return None
        newest = max(found, key=lambda numbered: numbered.number)
        self._number = newest.number
        return newest.journal

    def create(self, journal: FileJournal) -> None:
        """Take the room for both files. Raises OSError."""
        self._number = 0
        for path in self._paths:
            path.unlink(missing_ok=True)
        for path in reversed(self._paths):
            self._write(path, journal)
        sync_folder(self._paths[0].parent)

    def write(self, journal: FileJournal) -> None:
        """Keep `journal`; it is on the disk when this returns. Raises OSError."""
        self._write(self._paths[(self._number + 1) % 2], journal)

    def remove(self) -> None:
        for path in self._paths:
            path.unlink(missing_ok=True)

    def _write(self, path: Path, journal: FileJournal) -> None:
        number = self._number + 1
        body = msgspec.json.encode(_Numbered(number, journal))
        body = body.ljust(1024 + len(journal.done) * _PIECE_ROOM)
        blob = hashlib.sha256(body).hexdigest().encode() + body
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
        try:
            _write_all(descriptor, blob)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        self._number = number


def read_download(path: Path) -> DownloadJournal | None:
    """None for one that is missing or damaged."""
    return _read_json(path, DownloadJournal)


def read_queue(path: Path) -> tuple[str, ...]:
    queue = _read_json(path, Queue)
    return queue.ids if queue else ()


def write_json(path: Path, value: object) -> None:
    """Replace `path`: the old one or the new one is there, whenever it stops. Raises OSError."""
    partial = path.with_name(f"{path.name}.{os.getpid()}.new")
    with partial.open("wb") as file:
        file.write(msgspec.json.encode(value))
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Bring the names in `folder` to the disk, where the system can (Windows does by itself)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read_json(path: Path, kind: type[T]) -> T | None:
    try:
        if path.stat().st_size > MAX_BYTES:
            return None
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _read_slot(path: Path) -> _Numbered | None:
    try:
        if path.stat().st_size > MAX_BYTES:
            return None
        blob = path.read_bytes()
        if hashlib.sha256(blob[_DIGEST:]).hexdigest().encode() != blob[:_DIGEST]:
            return None
        return msgspec.json.decode(blob[_DIGEST:], type=_Numbered)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _write_all(descriptor: int, blob: bytes) -> None:
    view, offset = memoryview(blob), 0
    while offset < len(view):
        offset += os.write(descriptor, view[offset:])
