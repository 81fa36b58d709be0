"""A crash of the window in native code: noted by Python as it dies, reported at the next start."""

from __future__ import annotations

import contextlib
import faulthandler
import os
from datetime import UTC, datetime
from pathlib import Path

from app.crash_reports import CrashReports
from runtime.errors import Problem
from runtime.language import tr

_MOST_READ_BYTES = 64_000


def note_hard_crashes(file: Path) -> None:
    """From now on a crash writes where our code was into `file`.

    One who has turned Python's own on (PYTHONFAULTHANDLER) keeps it.
    """
    if faulthandler.is_enabled():
        return
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        # Open for as long as the process lives; emptied, for a crash to be the only thing in it.
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        faulthandler.enable(descriptor)


def report_last_crash(file: Path, reports: CrashReports) -> Problem | None:
    """Turn what an earlier run left into a report, and say where it is."""
    try:
        with file.open("rb") as found:
            left = found.read(_MOST_READ_BYTES).decode("utf-8", "replace")
        when = datetime.fromtimestamp(file.stat().st_mtime, UTC).astimezone()
        if not left:
            return None  # Another window may be about to need it.
        file.unlink()
    except OSError:
        return None
    from app.crash_log_lines import safe_lines

    lines = safe_lines(left)
    if not lines:
        return None
    reason = next(iter(safe_lines(left.partition("\n")[0])), "it crashed in native code")
    path = reports.write("window", reason, lines, when=when)
    return None if path is None else _ended_last_time(path)


def _ended_last_time(path: Path) -> Problem:
    return Problem(
        "window_crashed",
        tr("Coterie crashed the last time it ran"),
        tr("What is known of it is in {path}", path=path),
        tr("Your chats are kept. Settings open the folder of crash reports; none is sent."),
    )
