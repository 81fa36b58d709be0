"""Asks a child process for the GPUs' state and never waits for it: a driver may hang for ever."""

from __future__ import annotations

import contextlib
import subprocess
import threading
from collections.abc import Sequence

import msgspec

from app.dashboard.gpu_reading import GpuReading
from app.dashboard.machine_sample import GpuSample
from runtime.own_program import part_command

READING_COMMAND = part_command("app.dashboard.gpu_reading")
# The driver answers in milliseconds; its first answer after a pause may take seconds.
SILENT_S = 10.0
_NO_CONSOLE = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # Windows opens one for each child.


class GpuChild:
    """One thread calls it. `ask` answers with what came in since, which is the state of one
    question ago; nothing is asked again of a driver that is absent, refuses or hangs.
    """

    def __init__(self, command: Sequence[str] = READING_COMMAND) -> None:
        self._command = tuple(command)
        self._process: subprocess.Popen[bytes] | None = None
        self._answered = threading.Event()
        self._last = GpuReading()
        self._asked_at_s = 0.0
        self._is_waiting = False
        self.gave_up = False

    def ask(self, worker_pid: int | None, now_s: float) -> tuple[GpuSample, ...]:
        """The last answer, and a new question if that has come."""
        if self.gave_up or (self._process is None and not self._start()):
            return ()
        if self._is_waiting and not self._answered.is_set():
            if now_s - self._asked_at_s < SILENT_S:
                return self._last.gpus
            self._give_up()
            return ()
        self._is_waiting = False
        if self._last.is_absent or self._last.error:
            self._give_up()
            return ()
        self._question(worker_pid, now_s)
        return self._last.gpus

    def rest(self) -> None:
        """End the child; the next question starts another."""
        process, self._process = self._process, None
        self._is_waiting, self._last = False, GpuReading()
        if process is None:
            return
        with contextlib.suppress(OSError):
            if process.stdin is not None:
                process.stdin.close()
        process.kill()

    def _give_up(self) -> None:
        self.gave_up = True
        self.rest()

    def _start(self) -> bool:
        try:
            process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                creationflags=_NO_CONSOLE,
            )
        except OSError:
            self.gave_up = True
            return False
        self._process = process
        self._answered = threading.Event()
        # It waits for the end of the child as well, so that no zombie stays; one stuck inside the
        # driver is gone only when the driver lets go of it.
        threading.Thread(
            target=self._listen, args=(process, self._answered), name="gpu-reading", daemon=True
        ).start()
        return True

    def _question(self, worker_pid: int | None, now_s: float) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._answered.clear()
        self._is_waiting, self._asked_at_s = True, now_s
        try:
            self._process.stdin.write(b"%d\n" % (worker_pid or 0))
            self._process.stdin.flush()
        except OSError:  # it crashed
            self._give_up()

    def _listen(self, process: subprocess.Popen[bytes], answered: threading.Event) -> None:
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                try:
                    reading = msgspec.json.decode(line, type=GpuReading)
                except msgspec.MsgspecError:
                    reading = GpuReading(error="not JSON")
                if process is self._process:
                    self._last = reading
                    answered.set()
        process.wait()
