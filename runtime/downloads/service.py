"""The download process's main thread: commands and ends in, the whole state out."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx2

from runtime.downloads.download_queue import LOOK_AGAIN_S, DownloadQueue
from runtime.downloads.download_run import DownloadRun
from runtime.downloads.frames import (
    AddDownload,
    CancelDownload,
    Configure,
    DownloadCommand,
    DownloadEvent,
    DownloadsFailed,
    ForgetDownload,
    MoveDownload,
    PauseDownload,
    ResumeDownload,
    StartDownloads,
    StopDownloads,
)
from runtime.downloads.log import log
from runtime.downloads.shelf import Shelf
from runtime.errors import CoterieError, Problem
from runtime.language import tr
from runtime.protocol.channel import BrokenChannel, FrameReader

TICK_S = 0.25


class Service:
    """Follows the commands of `reader` until it ends or `StopDownloads`."""

    def __init__(
        self,
        reader: FrameReader[DownloadCommand],
        send: Callable[[DownloadEvent], None],
        client: httpx2.Client,
        reserve_bytes: int,
    ) -> None:
        self._reader = reader
        self._send = send
        self._client = client
        self._reserve_bytes = reserve_bytes
        self._inbox: queue.SimpleQueue[DownloadCommand | DownloadRun] = queue.SimpleQueue()
        self._queue: DownloadQueue | None = None
        self._started_by: StartDownloads | None = None
        self._sent_at_s = 0.0

    def run(self) -> None:
        """Raises OSError when nobody reads the events any more; the queue is stopped then too."""
        threading.Thread(target=self._read, name="commands", daemon=True).start()
        try:
            while not self._step():
                pass
        finally:
            if self._queue:
                self._queue.stop_all()

    def _read(self) -> None:
        try:
            while (command := self._reader.read()) is not None:
                self._inbox.put(command)
        except (BrokenChannel, OSError) as error:
            log(f"the commands ended: {error}")
        self._inbox.put(StopDownloads())

    def _step(self) -> bool:
        """One message, or a look around after a while; True at the end."""
        try:
            message = self._inbox.get(timeout=self._patience_s())
        except queue.Empty:
            message = None
        if isinstance(message, StopDownloads):
            return True
        if message is not None:
            try:
                self._follow(message)
            except CoterieError as error:
                self._send(DownloadsFailed(error.problem))
        if self._queue is not None:
            has_changed = self._queue.start_what_may() or message is not None
            if has_changed or (self._queue.is_running and self._is_due()):
                self._sent_at_s = time.monotonic()
                self._send(self._queue.snapshot())
        return False

    def _is_due(self) -> bool:
        return time.monotonic() - self._sent_at_s >= TICK_S * 0.95

    def _patience_s(self) -> float | None:
        if self._queue is None:
            return None
        if self._queue.is_running:
            return max(0.0, self._sent_at_s + TICK_S - time.monotonic())
        return LOOK_AGAIN_S if self._queue.wants_looks else None

    def _follow(self, message: DownloadCommand | DownloadRun) -> None:
        if isinstance(message, StartDownloads):
            self._start(message)
            return
        if self._queue is None:
            self._start_again()
        assert self._queue is not None
        if isinstance(message, DownloadRun):
            self._queue.ended(message)
        else:
            self._obey(self._queue, message)

    def _start_again(self) -> None:
        """The folder was refused: it may be writable by now, else that is said again."""
        if self._started_by is None:
            raise CoterieError(_not_started())
        self._start(self._started_by)

    def _obey(self, downloads: DownloadQueue, command: DownloadCommand) -> None:
        match command:
            case AddDownload(request):
                downloads.add(request)
            case PauseDownload(id=download):
                downloads.pause(download)
            case ResumeDownload(id=download):
                downloads.resume(download)
            case CancelDownload(id=download):
                downloads.cancel(download)
            case ForgetDownload(id=download):
                downloads.forget(download)
            case MoveDownload(id=download, place=place):
                downloads.move(download, place)
            case Configure(settings):
                downloads.configure(settings)

    def _start(self, command: StartDownloads) -> None:
        """Raises CoterieError when the folder can't be written."""
        self._started_by = command
        if self._queue is not None:
            self._queue.stop_all()
            self._queue = None
        # Names inside are checked for links, so the way to the folder itself may be one.
        shelf = Shelf(Path(command.models_dir).absolute())
        try:
            shelf.prepare()
        except OSError as error:
            raise CoterieError(_folder_refused(command.models_dir, error)) from error
        self._queue = DownloadQueue(
            shelf,
            command.settings,
            self._client,
            self._reserve_bytes,
            command.only,
            self._inbox.put,
        )
        self._queue.take_up()


def _folder_refused(models_dir: str, error: OSError) -> Problem:
    return Problem(
        kind="models_folder_unwritable",
        title=tr("The models folder can't be written"),
        message=f"{models_dir}: {error.strerror or error}.",
        remedy=tr("Choose another folder in the settings, or change the rights on this one."),
    )


def _not_started() -> Problem:
    return Problem(
        kind="downloads_not_started",
        title=tr("Downloads are not ready"),
        message=tr("The download process was not told where the models are kept."),
        remedy=tr("Restart Coterie."),
    )
