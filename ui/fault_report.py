"""Faults of our own in the window's process: into a log file, with a notice for the person."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from app.crash_reports import CrashReports
from app.crash_traces import kind_of, trace_lines
from runtime.errors import CoterieError, Problem
from runtime.language import tr


def report_faults(
    log_path: Path, tell: Callable[[Problem], None], reports: CrashReports | None = None
) -> None:
    """From now on: an expected failure is told as it is, any other is logged and told as a fault.

    This is the top of the window's process: slots called by Qt have no other caller of ours. The
    log has the whole message; one of `reports` has only what a person may pass on.
    """

    def hook(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
        if isinstance(fault, CoterieError):
            tell(fault.problem)
            return
        lines = traceback.format_exception(kind, fault, trace)
        _write(log_path, "".join(lines))
        report = reports.write("window", kind_of(fault), trace_lines(fault)) if reports else None
        tell(
            Problem(
                "own_fault",
                tr("Something in Coterie went wrong"),
                tr(
                    "The last action may not have worked. Details are in {path}",
                    path=report or log_path,
                ),
                tr("Try it again; if it keeps happening, restart Coterie. Your chats are kept."),
            )
        )

    def thread_hook(args: threading.ExceptHookArgs) -> None:
        # Nothing is told: only the window's own thread may, and it waits for what this one owes it.
        fault = args.exc_value
        if fault is None or isinstance(fault, SystemExit):
            return
        _write(log_path, "".join(traceback.format_exception(fault)))
        if reports:
            reports.write("window", f"{kind_of(fault)}, on a thread", trace_lines(fault))

    sys.excepthook = hook
    threading.excepthook = thread_hook


def _write(log_path: Path, text: str) -> None:
    stamp = time.strftime("%Y-%m-%d %H:%M:%S")
    try:
        log_path.parent.mkdir(parents=True, exist_ok=True)
        with log_path.open("a", encoding="utf-8") as log:
            log.write(f"{stamp}\n{text}\n")
    except OSError:
        sys.stderr.write(text)
