"""Follows a child process by the frames on its standard output until it is gone."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Callable

from runtime.protocol.channel import BrokenChannel, Frame, FrameReader


def follow(
    process: subprocess.Popen[bytes], reader: FrameReader[Frame], on_frame: Callable[[Frame], None]
) -> tuple[int, str]:
    """Give each frame to `on_frame`; at the end its exit code, and what was wrong with its frames.

    One that sends anything else is killed. Both its pipes are closed then.
    """
    broken = ""
    try:
        while (frame := reader.read()) is not None:
            on_frame(frame)
    except BrokenChannel as error:
        broken = str(error)
        process.kill()
    returncode = process.wait()
    for pipe in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):
            if pipe is not None:
                pipe.close()
    return returncode, broken
