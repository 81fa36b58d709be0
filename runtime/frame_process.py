"""A child process that speaks frames: starts it, talks to it, sees it end."""

from __future__ import annotations

import contextlib
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Generic, TypeVar

import msgspec

from runtime.child_frames import follow
from runtime.downloads.frames import DownloadEvent
from runtime.errors import CoterieError, Problem
from runtime.hub.frames import HubEvent
from runtime.language import tr
from runtime.own_program import part_command
from runtime.protocol.channel import FrameReader, FrameTooLarge, FrameWriter

EventT = TypeVar("EventT")
# A layout of 30,000 tensors (single experts) takes about 5 MB.
MAX_BYTES = 16 << 20
HUB_COMMAND = part_command("runtime.hub")
DOWNLOADS_COMMAND = part_command("runtime.downloads")


@dataclass(frozen=True)
class Ended:
    """The process is gone. `returncode` is negative for a signal; `expected` when we asked for it.

    `reason` says what was wrong with what it sent, "" where nothing was.
    """

    returncode: int
    expected: bool
    reason: str = ""


class FrameProcess(Generic[EventT]):
    """Events arrive on a thread of its own, `Ended` last and exactly once."""

    def __init__(
        self,
        command: Sequence[str],
        decoder: msgspec.msgpack.Decoder[EventT],
        log_path: Path,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._command = tuple(command)
        self._decoder = decoder
        self._log_path = log_path
        self._environment = dict(environment) if environment is not None else None
        self._process: subprocess.Popen[bytes] | None = None
        self._writer: FrameWriter | None = None
        self._expected = False

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self, on_event: Callable[[EventT | Ended], None]) -> None:
        """Start the process. `CoterieError` when the system refuses."""
        try:
            self._log_path.parent.mkdir(parents=True, exist_ok=True)
            with self._log_path.open("wb") as log:
                self._process = subprocess.Popen(
                    self._command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    env=self._environment,
                    process_group=0,  # Ctrl-C in a terminal is for the program, not for this.
                )
        except OSError as error:
            raise CoterieError(_cannot_start(error)) from error
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._writer = FrameWriter(self._process.stdin, MAX_BYTES)
        threading.Thread(
            target=self._read_events,
            args=(self._process, self._process.stdout, on_event),
            name="frames",
            daemon=True,
        ).start()

    def send(self, command: msgspec.Struct) -> None:
        """Send `command`. A process that is gone says so by `Ended`, not here."""
        if self._writer is None:
            return
        with contextlib.suppress(OSError, ValueError, FrameTooLarge):
            self._writer.write(command)

    def end(self, last_word: msgspec.Struct, patience_s: float) -> None:
        """Ask it to end by `last_word`, and kill it when it has not after `patience_s`."""
        self._expected = True
        process = self._process
        if process is None:
            return
        self.send(last_word)
        try:
            process.wait(patience_s)
        except subprocess.TimeoutExpired:
            process.kill()

    def stop(self) -> None:
        """End it now."""
        self._expected = True
        if self._process is not None:
            self._process.kill()

    def _read_events(
        self,
        process: subprocess.Popen[bytes],
        stream: IO[bytes],
        on_event: Callable[[EventT | Ended], None],
    ) -> None:
        reader = FrameReader(stream, self._decoder, MAX_BYTES)
        returncode, broken = follow(process, reader, on_event)
        on_event(Ended(returncode, self._expected, broken))


def hub_process(
    log_path: Path,
    command: Sequence[str] = HUB_COMMAND,
    environment: Mapping[str, str] | None = None,
) -> FrameProcess[HubEvent]:
    """The process that asks the hub."""
    return FrameProcess(command, msgspec.msgpack.Decoder(HubEvent), log_path, environment)


def download_process(
    log_path: Path,
    command: Sequence[str] = DOWNLOADS_COMMAND,
    environment: Mapping[str, str] | None = None,
) -> FrameProcess[DownloadEvent]:
    """The process that downloads."""
    return FrameProcess(command, msgspec.msgpack.Decoder(DownloadEvent), log_path, environment)


def _cannot_start(error: OSError) -> Problem:
    return Problem(
        kind="process_not_started",
        title=tr("A part of Coterie did not start"),
        message=tr(
            "The system refused to start its process: {reason}", reason=error.strerror or error
        ),
        remedy=tr("Close other programs and try again; coterie doctor shows what is missing."),
    )
