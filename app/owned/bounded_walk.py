"""Looks through another program's folder, within limits: it may be a whole home, or a circle."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

MAX_DEPTH = 8
MAX_ENTRIES = 50_000
MAX_FILE_BYTES = 1 << 20


@dataclass
class Limits:
    """What one search may take in all. `until_s` is on the monotonic clock."""

    until_s: float
    entries_left: int = MAX_ENTRIES
    now_s: Callable[[], float] = field(default=time.monotonic)

    @property
    def are_reached(self) -> bool:
        return self.entries_left <= 0 or self.now_s() >= self.until_s


def files_below(folder: Path, suffix: str, limits: Limits) -> Iterator[Path]:
    """Files whose names end in `suffix` ("" for all), in order of their folders.

    A folder that can't be read is left out; one that several links lead to is seen once.
    """
    seen: set[tuple[int, int]] = set()
    waiting = [(folder, 0)]
    while waiting and not limits.are_reached:
        inner, depth = waiting.pop()
        try:
            status = inner.stat()
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            with os.scandir(inner) as entries:
                found = sorted(_taken(entries, limits), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in found:
            if _is_folder(entry):
                if depth < MAX_DEPTH:
                    waiting.append((Path(entry.path), depth + 1))
            elif entry.name.lower().endswith(suffix):
                yield Path(entry.path)


def small_text(path: Path) -> str:
    """A small file's text; "" when it is missing, too large or no text."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            return ""
        return path.read_text("utf-8")
    except (OSError, ValueError):
        return ""


def _taken(entries: Iterator[os.DirEntry[str]], limits: Limits) -> Iterator[os.DirEntry[str]]:
    for entry in entries:
        limits.entries_left -= 1
        if limits.entries_left < 0:
            return
        yield entry


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
