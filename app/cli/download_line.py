"""Follows a download on one line of a terminal, or with a line now and then where there is none."""

from __future__ import annotations

import time
from typing import TextIO

from app import number_text
from runtime.downloads.frames import Download, DownloadRequest

BAR_CELLS = 24
QUIET_EVERY_S = 30.0


class DownloadLine:
    """`show` each state, then `end`."""

    def __init__(self, err: TextIO, request: DownloadRequest) -> None:
        self._err = err
        self._on_terminal = err.isatty()
        self._name = f"{request.name} {request.quantisation}".strip()
        self._said_at_s = float("-inf")
        self._said = ""
        self._width = 0

    def show(self, download: Download) -> None:
        """Draw it anew; without a terminal only what is news."""
        text = f"{self._name}  {words(download)}"
        if self._on_terminal:
            line = f"{bar(fraction(download))} {text}"
            print(f"\r{line.ljust(self._width)}", end="", file=self._err, flush=True)
            self._width = len(line)
            return
        now_s = time.monotonic()
        if download.phase == self._said and now_s - self._said_at_s < QUIET_EVERY_S:
            return
        self._said, self._said_at_s = download.phase, now_s
        print(text, file=self._err, flush=True)

    def end(self) -> None:
        """Leave the line."""
        if self._on_terminal and self._width:
            print(file=self._err, flush=True)
            self._width = 0


def fraction(download: Download) -> float:
    """How much of it has come, 0 to 1; while it is checked, how much of it was."""
    done = download.checked_bytes if download.phase == "checking" else download.live_bytes
    return min(1.0, done / download.total_bytes) if download.total_bytes else 0.0


def bar(share: float) -> str:
    """[############------------]"""
    full = int(share * BAR_CELLS)
    return f"[{'#' * full}{'-' * (BAR_CELLS - full)}]"


def words(download: Download) -> str:
    """What it does now."""
    done = number_text.gib_done(fraction(download), download.total_bytes)
    match download.phase:
        case "queued":
            return "waits for its turn"
        case "checking":
            return f"is checked: {done}"
        case "done":
            return f"{number_text.gib_unit(download.total_bytes)}, checked"
        case "waiting":
            why = download.problem.title if download.problem else "Connection lost"
            again = number_text.duration(max(1.0, download.retry_in_s))
            return f"{done}. {why}. Nothing is lost; trying again in {again}"
        case "paused" | "failed":
            return f"{done}, {download.phase}"
    parts = [done]
    if download.bytes_per_s is not None:
        parts.append(number_text.mib_per_s(download.bytes_per_s))
    if download.left_s is not None:
        parts.append(f"{number_text.duration(download.left_s)} left")
    return ", ".join(parts)
