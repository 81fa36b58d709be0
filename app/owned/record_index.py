"""What the records of models say, without their piece digests, kept so that a start is quick."""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path

import msgspec

from runtime.model_records import RECORDS, ModelRecord

_LOG = logging.getLogger(__name__)
_FORMAT = 1
_MAX_RECORD_BYTES = 4 << 20
Stamp = tuple[int, int, int]
_NEVER: Stamp = (0, 0, 0)
# A change within a tick of the file system's clock leaves no other time than the one before it.
_SETTLED_NS = 2_000_000_000


class RecordedState(msgspec.Struct, frozen=True):
    """A recorded file without its pieces."""

    path: str
    size_bytes: int
    sha256: str


class RecordSummary(msgspec.Struct, frozen=True):
    """A record as the list of models needs it; the fields mean what they do in `ModelRecord`."""

    files: tuple[RecordedState, ...]
    source: str
    repo: str
    licence: str
    name: str
    verified_at_s: float

    @classmethod
    def of(cls, record: ModelRecord) -> RecordSummary:
        files = tuple(RecordedState(f.path, f.size_bytes, f.sha256) for f in record.files)
        return cls(
            files, record.source, record.repo, record.licence, record.name, record.verified_at_s
        )


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    stamp: Stamp
    summary: RecordSummary | None


class _Stored(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: int = _FORMAT
    folder: str = ""
    stamp: Stamp = _NEVER
    entries: dict[str, _Entry] = {}


class RecordIndex:
    """The records in one models folder. A record that didn't change is not opened again.

    Records are only ever replaced whole, so a folder that didn't change has the same ones. A record
    that can't be read counts as none; an index that can't be written costs only time.
    """

    def __init__(self, models_dir: Path, path: Path) -> None:
        self._folder = os.fspath(models_dir / RECORDS)
        self._path = path
        self._kept: _Stored | None = None

    def summaries(self) -> list[RecordSummary]:
        """Those there are now, in no order."""
        if self._kept is None:
            self._kept = self._read()
        stamp = self._folder_stamp()
        if stamp == _NEVER or stamp != self._kept.stamp:
            self._refresh(stamp)
        return [entry.summary for entry in self._kept.entries.values() if entry.summary]

    def _refresh(self, stamp: Stamp) -> None:
        assert self._kept is not None
        before = self._kept
        known = before.entries
        entries = {
            name: known[name]
            if name in known and known[name].stamp == now
            else _Entry(now, self._summary(name))
            for name, now in self._stamps().items()
        }
        self._kept = _Stored(_FORMAT, _text(self._folder), stamp, entries)
        if (entries, stamp) != (known, before.stamp):
            self._write(self._kept)

    def _folder_stamp(self) -> Stamp:
        try:
            status = Path(self._folder).stat()
        except OSError:
            return _NEVER
        # Windows leaves the time of a folder on exFAT as it was when a file is added.
        is_recent = abs(time.time_ns() - status.st_mtime_ns) < _SETTLED_NS
        if is_recent or os.name != "posix":
            return _NEVER
        return status.st_size, status.st_mtime_ns, status.st_ino

    def _stamps(self) -> dict[str, Stamp]:
        try:
            with os.scandir(self._folder) as entries:
                return {
                    entry.name: _stamp(entry) for entry in entries if entry.name.endswith(".json")
                }
        except OSError:
            return {}

    def _summary(self, name: str) -> RecordSummary | None:
        path = Path(self._folder, name)
        try:
            if path.stat().st_size > _MAX_RECORD_BYTES:
                return None
            record = msgspec.json.decode(path.read_bytes(), type=ModelRecord)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            _LOG.info("the record %s is left out: %s", name, error)
            return None
        return RecordSummary.of(record) if record.files else None

    def _read(self) -> _Stored:
        try:
            stored = msgspec.json.decode(self._path.read_bytes(), type=_Stored)
        except FileNotFoundError:
            return _Stored()
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            _LOG.info("rebuilding the index of records, its file is not readable: %s", error)
            return _Stored()
        is_ours = (stored.format, stored.folder) == (_FORMAT, _text(self._folder))
        return stored if is_ours else _Stored()

    def _write(self, stored: _Stored) -> None:
        partial = self._path.with_name(f"{self._path.name}.{os.getpid()}.partial")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(msgspec.json.encode(stored))
            partial.replace(self._path)
        except OSError as error:
            _LOG.info("the index of records could not be kept: %s", error)


def _stamp(entry: os.DirEntry[str]) -> Stamp:
    # The inode too: a record is replaced by another file, perhaps of the same size at once.
    status = entry.stat()
    return status.st_size, status.st_mtime_ns, status.st_ino


def _text(path: str) -> str:
    """The path as text that JSON can hold; a folder's name may be any bytes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
