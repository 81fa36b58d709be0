"""The program's side of one engine worker: starts it, talks to it, sees it end."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from msgspec.structs import replace

from runtime.child_frames import follow
from runtime.errors import CoterieError, Problem
from runtime.language import tr
from runtime.own_program import part_command
from runtime.protocol.channel import FrameTooLarge, FrameWriter, event_reader
from runtime.protocol.frames import Command, CountTokens, Event, Generate
from runtime.whole_text import whole_text

WORKER_COMMAND = part_command("runtime.worker")
LOG_TAIL_BYTES = 8_000
LOG_TAIL_LINES = 12


@dataclass(frozen=True)
class Exited:
    """The worker process is gone. `returncode` is negative for a signal, as subprocess has it.

    `expected` is True when we asked for it. `log_tail` is the end of its log.
    """

    returncode: int
    expected: bool
    log_tail: str
    broken_channel: str = ""


EngineEvent = Event | Exited


class Engine(Protocol):
    """What a session needs of an engine; `EngineProcess` and `FakeEngine` are ones."""

    @property
    def pid(self) -> int | None: ...

    def start(self, on_event: Callable[[EngineEvent], None]) -> None: ...
    def send(self, command: Command) -> None: ...
    def stop(self) -> None: ...


class EngineProcess:
    """One worker process. Events arrive on a thread of its own, `Exited` last and exactly once."""

    def __init__(
        self,
        log_path: Path,
        command: Sequence[str] = WORKER_COMMAND,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._log_path = log_path
        self._command = tuple(command)
        self._environment = dict(environment) if environment is not None else None
        self._process: subprocess.Popen[bytes] | None = None
        self._writer: FrameWriter | None = None
        self._expected = False

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self, on_event: Callable[[EngineEvent], None]) -> None:
        """Start the process. `CoterieError` when the system refuses."""
        try:
            with self._new_log() as log:
                self._process = subprocess.Popen(
                    self._command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    env=self._environment,
                    # Ctrl-C in a terminal is for the program, which then stops the answer itself.
                    # A group of its own, not a session: Linux shares the CPU out by sessions first
                    # (autogroup), and two threads beside a busy program of another session decode
                    # 0.3 tokens/s, beside one of their own session 30 (docs/benchmarks.md).
                    process_group=0,
                )
        except OSError as error:
            raise CoterieError(_cannot_start(error)) from error
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._writer = FrameWriter(self._process.stdin)
        threading.Thread(
            target=self._read_events,
            args=(self._process, self._process.stdout, on_event),
            name="engine-events",
            daemon=True,
        ).start()

    def send(self, command: Command) -> None:
        """Send `command`. A worker that is gone says so by `Exited`, not here.

        `CoterieError` when the conversation is too long for a frame, or a file's name no text.
        """
        if self._writer is None:
            return
        try:
            self._writer.write(_whole(command))
        except FrameTooLarge as error:
            raise CoterieError(_too_long()) from error
        except UnicodeEncodeError as error:
            raise CoterieError(_name_not_unicode()) from error
        except (OSError, ValueError):  # ValueError: its pipe is closed on our side already
            return

    def stop(self) -> None:
        """End the worker now; there is nothing in it to save."""
        self._expected = True
        if self._process is not None:
            self._process.kill()

    def _new_log(self) -> IO[bytes]:
        try:
            self._log_path.parent.mkdir(parents=True, exist_ok=True)
            return self._log_path.open("wb")
        except OSError as error:
            raise CoterieError(_no_log(self._log_path, error)) from error

    def _read_events(
        self,
        process: subprocess.Popen[bytes],
        stream: IO[bytes],
        on_event: Callable[[EngineEvent], None],
    ) -> None:
        returncode, broken = follow(process, event_reader(stream), on_event)
        on_event(Exited(returncode, self._expected, self._log_tail(), broken))

    def _log_tail(self) -> str:
        try:
            with self._log_path.open("rb") as log:
                size = log.seek(0, 2)
                log.seek(max(0, size - LOG_TAIL_BYTES))
                text = log.read().decode("utf-8", "replace")
        except OSError:
            return ""
        return "\n".join(text.splitlines()[-LOG_TAIL_LINES:])


def _whole(command: Command) -> Command:
    """`command` with text that crosses the pipe; what a person typed or pasted may not."""
    if isinstance(command, CountTokens):
        return replace(command, texts=tuple(whole_text(text) for text in command.texts))
    if not isinstance(command, Generate):
        return command
    messages = tuple(replace(m, content=whole_text(m.content)) for m in command.messages)
    sampling = replace(
        command.sampling,
        stop=tuple(whole_text(text) for text in command.sampling.stop),
        grammar=whole_text(command.sampling.grammar),
        json_schema=whole_text(command.sampling.json_schema),
    )
    return replace(command, messages=messages, sampling=sampling)


def _cannot_start(error: OSError) -> Problem:
    return Problem(
        kind="engine_not_started",
        title=tr("The engine did not start"),
        message=tr(
            "The system refused to start its process: {reason}", reason=error.strerror or error
        ),
        remedy=tr("Close other programs and try again; coterie doctor shows what is missing."),
    )


def _no_log(path: Path, error: OSError) -> Problem:
    return Problem(
        kind="engine_not_started",
        title=tr("The engine did not start"),
        message=tr(
            "Its log {path} could not be written: {reason}",
            path=path,
            reason=error.strerror or error,
        ),
        remedy=tr("Check the free space and the permissions of that folder."),
    )


def _name_not_unicode() -> Problem:
    return Problem(
        kind="name_not_unicode",
        title=tr("The engine can't be given this file"),
        message=tr("The name of the file or of a folder on the way to it is not valid Unicode"),
        remedy=tr("Rename it, then try again."),
    )


def _too_long() -> Problem:
    return Problem(
        kind="conversation_too_long",
        title=tr("The conversation is too long to send"),
        message=tr("It is larger than 1 MiB of text"),
        remedy=tr("Start a new chat, or shorten the message."),
    )
