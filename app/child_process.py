"""Asks a throw-away child process and waits no longer than a deadline, whatever it hangs in."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_NO_CONSOLE = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # Windows opens one for each child.


@dataclass(frozen=True)
class Answer:
    """`returncode` is None when the deadline passed or the system refused to start the child."""

    returncode: int | None
    stdout: bytes = b""
    stderr: str = ""
    timed_out: bool = False

    @property
    def last_words(self) -> str:
        """The last line on standard error: a Python error's own sentence."""
        lines = self.stderr.strip().splitlines()
        return lines[-1].strip() if lines else ""


class Child:
    """Runs from the moment it is made, so that several can work side by side.

    Without an `environment` it has ours.
    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> None:
        self._began_s = time.monotonic()
        self._process: subprocess.Popen[bytes] | None = None
        self._refusal = ""
        try:
            self._process = subprocess.Popen(
                tuple(command),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=None if environment is None else dict(environment),
                start_new_session=True,
                creationflags=_NO_CONSOLE,
            )
        except OSError as error:
            self._refusal = f"the system refused to start a process: {error.strerror or error}"

    def answer(self, deadline_s: float) -> Answer:
        """What it printed; `deadline_s` counts from its start. Afterwards it runs no more."""
        process = self._process
        if process is None:
            return Answer(None, stderr=self._refusal)
        left_s = max(0.0, self._began_s + deadline_s - time.monotonic())
        try:
            stdout, stderr = process.communicate(timeout=left_s)
        except subprocess.TimeoutExpired:
            process.kill()
            # One that is stuck inside a driver dies only when the driver lets go: waiting for it
            # here would hang us as well.
            threading.Thread(target=process.communicate, daemon=True).start()
            return Answer(None, timed_out=True)
        return Answer(process.returncode, stdout, stderr.decode("utf-8", "replace"))
