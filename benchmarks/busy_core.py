"""A process that keeps one core 100 % busy."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_busy_core() -> Iterator[None]:
    """For the time of a measurement. The process is free to move between cores, as programs are."""
    process = subprocess.Popen((sys.executable, "-c", "while True: pass"))
    try:
        yield
    finally:
        process.kill()
        process.wait()
