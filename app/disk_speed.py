"""`python -m app.disk_speed PATH`: how fast the disk of a file or folder is read in sequence."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from io import FileIO
from itertools import islice
from pathlib import Path

import msgspec

from app.child_process import Child
from app.json_file import Unreadable, read_json, write_json
from runtime.errors import CoterieError
from runtime.language import tr
from runtime.own_program import part_command

_LOG = logging.getLogger(__name__)
COMMAND = part_command("app.disk_speed")
DEADLINE_S = 6.0
MIB = 1024**2
MOST_BYTES = 256 * MIB
LARGE_FILE_BYTES = 64 * MIB
TEMPORARY_BYTES = 64 * MIB
LEAST_FREE_BYTES = 1024 * MIB
_BLOCK_BYTES = MIB
_STEP_S = 1.0  # One for writing, one for reading.
_MOST_FILES_SEEN = 2_000
_SAMPLES = 16
_CACHED_SHARE = 0.1
_FORMAT = 1
_LASTS_S = 30 * 86_400.0
_DOUBTFUL_LASTS_S = 600.0


class DiskSpeed(msgspec.Struct, frozen=True):
    """`cached_share` is how much of the file stayed in memory, None where that can't be asked.

    What the disk itself or a virtual machine's host keeps in memory nobody here can see.
    """

    read_bytes_per_s: float
    read_bytes: int
    temporary: bool
    cached_share: float | None = None

    @property
    def note(self) -> str:
        """Why the figure may be too high, "" when nothing is known against it."""
        if self.cached_share is None:
            return tr(
                "The disk's speed may be that of memory: this system does not tell them apart."
            )
        if self.cached_share > _CACHED_SHARE:
            return tr("The disk's speed is too high: part of the file was read out of memory.")
        return ""


class _Entry(msgspec.Struct, frozen=True):
    speed: DiskSpeed
    measured_s: float


class _Stored(msgspec.Struct, frozen=True):
    format: int = _FORMAT
    disks: dict[str, _Entry] = {}


def disk_speed(cache_file: Path, place: Path, command: Sequence[str] = COMMAND) -> DiskSpeed | None:
    """The kept figure of the disk of `place`, a file or folder, else measured now.

    None when that did not work.
    """
    place = _existing(place)
    key = _disk_key(place)
    disks = _read(cache_file)
    entry = disks.get(key)
    now_s = time.time()
    if entry and 0 <= now_s - entry.measured_s < _lasts_s(entry.speed):
        return entry.speed
    speed = measured_in_child(place, command)
    if speed is not None:
        _write(cache_file, {**disks, key: _Entry(speed, now_s)})
    return speed


def measured_in_child(
    place: Path, command: Sequence[str] = COMMAND, deadline_s: float = DEADLINE_S
) -> DiskSpeed | None:
    """Measured in a process of its own, since a network disk may never answer."""
    answer = Child((*command, str(place))).answer(deadline_s)
    try:
        return msgspec.json.decode(answer.stdout, type=DiskSpeed)
    except msgspec.MsgspecError:
        reason = "no answer in time" if answer.timed_out else answer.last_words
        _LOG.warning("the disk's speed was not measured: %s", reason)
        return None


def measure(place: Path) -> DiskSpeed:
    """Of a large file there, else of one written for it. Raises OSError."""
    found = _large_file(place)
    if found is not None:
        with found.open("rb", buffering=0) as file:
            size = found.stat().st_size
            length = min(size, MOST_BYTES)
            return _timed(file, (size - length) // 2 // _BLOCK_BYTES * _BLOCK_BYTES, length)
    folder = place if place.is_dir() else place.parent
    if _free_bytes(folder) < LEAST_FREE_BYTES:
        raise OSError(f"too little is free in {folder} to write a file for measuring")
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        return msgspec.structs.replace(_timed(file, 0, _filled(file)), temporary=True)


def _timed(file: FileIO, start: int, length: int) -> DiskSpeed:
    descriptor = file.fileno()
    _forget(descriptor, start, length)
    cached_share = _cached_share(descriptor, start, length)
    _forget(descriptor, start, length)  # Asking may have fetched some.
    block = memoryview(bytearray(_BLOCK_BYTES))
    file.seek(start)
    done = 0
    began_s = time.perf_counter()
    while (elapsed_s := time.perf_counter() - began_s) < _STEP_S and done < length:
        count = file.readinto(block)
        if not count:
            break
        done += count
    return DiskSpeed(done / max(elapsed_s, 1e-9), done, False, cached_share)


def _filled(file: FileIO) -> int:
    """Writes at most TEMPORARY_BYTES and no longer than a second; says how many."""
    data = os.urandom(4 * MIB)  # Nothing a file system could compress.
    done = 0
    began_s = time.perf_counter()
    while done < TEMPORARY_BYTES and time.perf_counter() - began_s < _STEP_S:
        done += file.write(data)
        os.fsync(file.fileno())
    return done


def _forget(descriptor: int, start: int, length: int) -> None:
    """Drops the kernel's copy of that part, where the system can be asked to."""
    if sys.platform == "linux":
        os.posix_fadvise(descriptor, start, length, os.POSIX_FADV_DONTNEED)


def _cached_share(descriptor: int, start: int, length: int) -> float | None:
    """How much of that part the kernel still holds, by samples; None where it does not tell."""
    if sys.platform != "linux":
        return None
    held = 0
    for sample in range(_SAMPLES):
        try:
            offset = start + length * sample // _SAMPLES
            os.preadv(descriptor, [bytearray(1)], offset, os.RWF_NOWAIT)
            held += 1
        except BlockingIOError:
            continue
        except OSError:
            return None
    return held / _SAMPLES


def _large_file(place: Path) -> Path | None:
    """`place` itself, or the largest file under it, where that is large enough to tell."""
    best, best_bytes = None, LARGE_FILE_BYTES - 1
    for path in islice(_files(place), _MOST_FILES_SEEN):
        try:
            state = path.stat()
        except OSError:
            continue
        # A file with holes reads faster than any disk; Windows does not tell of them.
        whole = getattr(state, "st_blocks", state.st_size) * 512 >= state.st_size
        if state.st_size > best_bytes and whole and os.access(path, os.R_OK):
            best, best_bytes = path, state.st_size
    return best


def _files(place: Path) -> Iterator[Path]:
    if place.is_file():
        yield place
        return
    for folder, _, names in os.walk(place):
        yield from (Path(folder, name) for name in names)


def _existing(place: Path) -> Path:
    """`place`, or what there is above it when it is not made yet."""
    return next((path for path in (place, *place.parents) if path.exists()), place)


def _disk_key(place: Path) -> str:
    try:
        return f"device {place.stat().st_dev}"
    except OSError:
        return str(place)


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def _lasts_s(speed: DiskSpeed) -> float:
    return _DOUBTFUL_LASTS_S if speed.note else _LASTS_S


def _read(path: Path) -> dict[str, _Entry]:
    try:
        stored = read_json(path, _Stored) or _Stored()
    except Unreadable as reason:
        _LOG.info("the disks are measured anew: %s", reason)
        return {}
    return stored.disks if stored.format == _FORMAT else {}


def _write(path: Path, disks: dict[str, _Entry]) -> None:
    try:
        write_json(path, _Stored(_FORMAT, disks))
    except CoterieError as error:
        _LOG.info("the disk's speed is not kept: %s", error)


def main() -> None:
    speed = measure(Path(sys.argv[1]))
    sys.stdout.buffer.write(msgspec.json.encode(speed) + b"\n")


if __name__ == "__main__":
    main()
