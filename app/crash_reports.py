"""Crash reports: readable files on this disk, without what was written or answered, never sent."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

from app.whole_file import write_whole

Facts = tuple[tuple[str, str], ...]
Part = Literal["window", "engine", "hub", "downloads"]
MOST_KEPT = 20
# A fault in a repaint comes thirty times a second.
SAME_WITHIN_S = 60.0
_NAME = re.compile(r"\d{4}-\d\d-\d\dT\d{6}-[a-z]+(?:-\d+)?\.txt")
_PARTS = {
    "window": "the window",
    "engine": "the engine's process",
    "hub": "the process that asks the hub",
    "downloads": "the process that downloads",
}
_CLOSING = (
    "This report lies on this computer only and was sent nowhere. It holds no prompts, answers,\n"
    "tokens or keys; read it through before you pass it on.\n"
)


def about_program() -> Facts:
    """What is found out only when there is something to report."""
    from app.crash_facts import program_facts

    return program_facts()


class CrashReports:
    """Any thread may write one. `about` tells of the program; it is asked when one is written."""

    def __init__(
        self,
        folder: Path,
        home: Path,
        about: Callable[[], Facts] = about_program,
        now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
    ) -> None:
        self.folder = folder
        self._home, self._about, self._now = home, about, now
        self._lock = threading.Lock()
        self._written: dict[tuple[object, ...], tuple[datetime, Path | None]] = {}

    def write(
        self,
        part: Part,
        reason: str,
        lines: Sequence[str] = (),
        facts: Facts = (),
        when: datetime | None = None,
    ) -> Path | None:
        """Where it was written, None if it could not be. The same again soon after is not written.

        `lines` are the trace or the end of the log, already without what may not be told.
        """
        from app.crash_cleaning import cleaned

        key = (part, reason, tuple(lines))
        when = when or self._now()
        with self._lock:
            known = self._written.get(key)
            if known is not None and (when - known[0]).total_seconds() < SAME_WITHIN_S:
                return known[1]
            # Also of one that can't be written: a fault in painting comes 30 times a second.
            self._written[key] = (when, None)
            text = report_text(part, reason, when, self._about(), facts, lines)
            try:
                path = _free(self.folder, f"{when:%Y-%m-%dT%H%M%S}-{part}")
                write_whole(path, cleaned(text, self._home).encode("utf-8", "replace"))
                _keep_newest(self.folder)
            except OSError:
                return None
            self._written[key] = (when, path)
            return path


def report_text(
    part: Part,
    reason: str,
    when: datetime,
    about: Facts,
    facts: Facts,
    lines: Sequence[str],
) -> str:
    """A report as a person reads it."""
    title = f"Coterie ended a part unexpectedly: {_PARTS[part]}"
    pieces = [
        f"{title}\n{'=' * len(title)}\n",
        _table((("When", f"{when:%Y-%m-%d %H:%M:%S %z}"), ("What happened", reason), *facts)),
        _table(about),
    ]
    if lines:
        pieces.append("\n".join(("Where", *(f"  {line}" for line in lines), "")))
    return "\n".join((*pieces, _CLOSING))


def _table(facts: Facts) -> str:
    width = max((len(name) for name, _ in facts), default=0) + 2
    return "".join(f"{name.ljust(width)}{' '.join(value.split())}\n" for name, value in facts)


def _free(folder: Path, stem: str) -> Path:
    """A name that no report has yet."""
    path, number = folder / f"{stem}.txt", 1
    while path.exists():
        number += 1
        path = folder / f"{stem}-{number}.txt"
    return path


def _keep_newest(folder: Path) -> None:
    """Remove the oldest of ours; what else lies there stays."""
    ours = sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))
    for path in ours[:-MOST_KEPT]:
        path.unlink(missing_ok=True)
