"""Follows long work on model files on one line of a terminal, until Ctrl-C stops it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TextIO, TypeVar

from app import number_text
from app.cli.download_line import bar
from app.cli.interrupts import first_interrupt
from app.owned.work import CANCELLED, Progress
from runtime.errors import CoterieError

_DRAWN_EVERY_S = 0.1
T = TypeVar("T")


def followed(what: str, err: TextIO, work: Callable[[Progress, Callable[[], bool]], T]) -> T:
    """What `work` returns. Ctrl-C lets it clean up, then is a KeyboardInterrupt as ever."""
    stop = threading.Event()
    line = _Line(what, err)
    try:
        with first_interrupt(stop.set):
            return work(line.show, stop.is_set)
    except CoterieError as error:
        if error.problem.kind == CANCELLED:
            raise KeyboardInterrupt from None
        raise
    finally:
        line.end()


class _Line:
    def __init__(self, what: str, err: TextIO) -> None:
        self._what = what
        self._err = err
        self._is_shown = err.isatty()
        self._drawn_at_s = float("-inf")
        self._width = 0

    def show(self, done_bytes: int, total_bytes: int) -> None:
        now_s = time.monotonic()
        if not self._is_shown or not total_bytes or now_s - self._drawn_at_s < _DRAWN_EVERY_S:
            return
        self._drawn_at_s = now_s
        share = done_bytes / total_bytes
        line = f"{bar(share)} {self._what}  {number_text.percent(share)}"
        print(f"\r{line.ljust(self._width)}", end="", file=self._err, flush=True)
        self._width = len(line)

    def end(self) -> None:
        if self._width:
            print(f"\r{' ' * self._width}\r", end="", file=self._err, flush=True)
