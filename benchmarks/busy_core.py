"""A process that keeps one core 100 % busy."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_busy_core(*, own_session: bool) -> Iterator[None]:
    """For the time of a measurement. The process is free to move between cores, as programs are.

    Linux shares the CPU out by sessions first (autogroup): a program started elsewhere on the
    desktop is in a session of its own, one started in the same terminal is not.
    """
    process = subprocess.Popen(
        (sys.executable, "-c", "while True: pass"), start_new_session=own_session
    )
    try:
        yield
    finally:
        process.kill()
        process.wait()
