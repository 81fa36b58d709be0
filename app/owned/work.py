"""Long work on files: how far it is, being told to stop, and what failed in words for people."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Callable, Iterator

from runtime.errors import CoterieError, Problem
from runtime.language import tr

# Bytes done and bytes there are to do.
Progress = Callable[[int, int], None]
CANCELLED = "cancelled"
_FULL = {errno.ENOSPC, errno.EDQUOT}
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS}


def never() -> bool:
    return False


def untold(_done_bytes: int, _total_bytes: int) -> None:
    """Progress nobody follows."""


class Work:
    """Counts what is done of `total_bytes`. Raises CoterieError of kind "cancelled" when told to.

    Each call may be made from any thread that does the work; `cancelled` is asked at each block.
    """

    def __init__(self, total_bytes: int, progress: Progress, cancelled: Callable[[], bool]) -> None:
        self._total_bytes = total_bytes
        self._progress = progress
        self._cancelled = cancelled
        self._done_bytes = 0
        progress(0, total_bytes)

    def advance(self, size_bytes: int) -> None:
        self._done_bytes += size_bytes
        self._progress(self._done_bytes, self._total_bytes)
        self.check()

    def check(self) -> None:
        if self._cancelled():
            message = tr("It was stopped before the end")
            raise CoterieError(Problem(CANCELLED, tr("Stopped"), message))


@contextlib.contextmanager
def telling(title: str) -> Iterator[None]:
    """An OSError in the block becomes a CoterieError that says what could not be done and why."""
    try:
        yield
    except OSError as error:
        raise CoterieError(_problem(title, error)) from error


def _problem(title: str, error: OSError) -> Problem:
    reason = error.strerror or str(error)
    where = f"{error.filename}: {reason}" if error.filename else reason
    if error.errno in _FULL:
        message = tr("The disk is full ({where})", where=where)
        return Problem("disk_full", title, message, tr("Free some space on it."))
    if error.errno == errno.EFBIG:
        message = tr(
            "The file is larger than that disk or this account allows ({where})", where=where
        )
        remedy = tr("A disk formatted as FAT32 holds files of at most 4 GB: use another one.")
        return Problem("file_too_large", title, message, remedy)
    if error.errno in _REFUSED:
        remedy = tr("Check the permissions of that file and its folder.")
        return Problem("not_permitted", title, where, remedy)
    remedy = tr("Check that the disk is connected and healthy.")
    return Problem("disk_error", title, where, remedy)
