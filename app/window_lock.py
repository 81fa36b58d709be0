"""The lock of a home: held while a window is open on it, and while its data is removed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from runtime.errors import CoterieError, Problem
from runtime.language import tr

LOCK_NAME = "window.lock"


@contextlib.contextmanager
def without_window(data_dir: Path) -> Iterator[None]:
    """Keep a window from being opened on this home while the block runs.

    Raises CoterieError of kind "window_open" when one is open, OSError when it can't be known.
    """
    if not data_dir.is_dir():
        yield  # A window makes the folder before anything else: none was ever open.
        return
    path = data_dir.resolve() / LOCK_NAME  # a link to the folder may go meanwhile
    was_there = path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not take_lock(descriptor):
            raise CoterieError(_open())
        yield
        if not was_there:
            path.unlink(missing_ok=True)
    finally:
        os.close(descriptor)


def take_lock(descriptor: int) -> bool:
    """Whether this process has the lock from now on; the system lets go of it when it ends."""
    # filelock is used elsewhere; it loads asyncio, which the first picture must not wait for.
    try:
        import fcntl
    except ImportError:
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except OSError:
            return False
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _open() -> Problem:
    return Problem(
        "window_open",
        tr("A window of Coterie is open"),
        tr("It uses what is to be deleted"),
        tr("Close it (also its icon in the notification area), then try again."),
    )
