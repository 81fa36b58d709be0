"""The command's standard streams: none is missing, and any character can be read and written."""

from __future__ import annotations

import contextlib
import io
import os
import sys


def make_ready() -> None:
    """To be called before anything is read or printed."""
    # Python has None for a stream that was closed. Reading finds nothing then, what was to be told
    # goes nowhere, but an answer that can't be written must fail: this one is not open for writing.
    sys.stdin = sys.stdin or os.fdopen(os.open(os.devnull, os.O_RDONLY), "r")
    sys.stdout = sys.stdout or os.fdopen(os.open(os.devnull, os.O_RDONLY), "w")
    sys.stderr = sys.stderr or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def let_go() -> None:
    """Python writes what is left once more at its end: what failed must not fail there again."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            with contextlib.suppress(OSError):
                nothing = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nothing, stream.fileno())
                os.close(nothing)
