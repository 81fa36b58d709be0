"""A child process that leaves a crash report when it ends unasked: the hub's, the downloads'."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from app.crash_log_lines import safe_lines
from app.crash_reports import CrashReports, Part
from app.crash_watch import ending
from runtime.frame_process import Ended, FrameProcess

EventT = TypeVar("EventT")
_LOG_END_BYTES = 16_000


class ReportedProcess(Generic[EventT]):
    """Does what the process inside does. `log_path` is where that logs."""

    def __init__(
        self, process: FrameProcess[EventT], part: Part, log_path: Path, reports: CrashReports
    ) -> None:
        self._process, self._part = process, part
        self._log_path, self._reports = log_path, reports

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def start(self, on_event: Callable[[EventT | Ended], None]) -> None:
        def heard(event: EventT | Ended) -> None:
            # The window must hear of the end whatever goes wrong with a report of it.
            try:
                if isinstance(event, Ended) and not event.expected:
                    reason = ending(event.returncode, is_broken=bool(event.reason))
                    self._reports.write(self._part, reason, safe_lines(_end_of(self._log_path)))
            finally:
                on_event(event)

        self._process.start(heard)

    def send(self, command: msgspec.Struct) -> None:
        self._process.send(command)

    def end(self, last_word: msgspec.Struct, patience_s: float) -> None:
        self._process.end(last_word, patience_s)

    def stop(self) -> None:
        self._process.stop()


def _end_of(path: Path) -> str:
    try:
        with path.open("rb") as log:
            log.seek(max(0, log.seek(0, 2) - _LOG_END_BYTES))
            return log.read().decode("utf-8", "replace")
    except OSError:
        return ""
