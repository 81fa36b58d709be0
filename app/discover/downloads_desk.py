"""Downloads for the window: drives the download process and tells what it says."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import msgspec
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from app.discover.state import DownloadsView
from app.posting import post
from runtime.downloads.frames import (
    AddDownload,
    CancelDownload,
    Configure,
    Download,
    DownloadEvent,
    DownloadRequest,
    Downloads,
    DownloadsFailed,
    ForgetDownload,
    MoveDownload,
    PauseDownload,
    ResumeDownload,
    StartDownloads,
    StopDownloads,
    TransferSettings,
)
from runtime.errors import CoterieError, Problem
from runtime.frame_process import Ended
from runtime.language import tr
from runtime.model_records import DOWNLOADS

PATIENCE_S = 3.0
RESTART_MS = 1_000
MOST_RESTARTS = 3


class DownloadChild(Protocol):
    """What is needed of the process; `FrameProcess[DownloadEvent]` is one."""

    def start(self, on_event: Callable[[DownloadEvent | Ended], None]) -> None: ...
    def send(self, command: msgspec.Struct) -> None: ...
    def end(self, last_word: msgspec.Struct, patience_s: float) -> None: ...
    def stop(self) -> None: ...


class DownloadsDesk(QObject):
    """Implements `DownloadCommands`. `arrived` carries the `Download` that has just been done.

    A process that dies is started again: what it had on the disk goes on from there.
    """

    changed = Signal(object)
    arrived = Signal(object)
    _heard = Signal(int, object)

    def __init__(
        self,
        new_process: Callable[[], DownloadChild],
        models_dir: Callable[[], Path],
        settings: Callable[[], TransferSettings],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._new_process, self._models_dir, self._settings = new_process, models_dir, settings
        self._process: DownloadChild | None = None
        self._number = 0
        self._deaths = 0
        self._closed = self._is_new = False
        self._view = DownloadsView()
        self._refused: Problem | None = None
        self._heard.connect(self._take, Qt.ConnectionType.QueuedConnection)

    @property
    def view(self) -> DownloadsView:
        return self._view

    @property
    def is_active(self) -> bool:
        """Whether anything is on its way, so that its folder must stay where it is."""
        phases = ("queued", "running", "checking", "waiting")
        return any(one.phase in phases for one in self._view.downloads)

    def take_up(self) -> None:
        """Go on with what an earlier run left unfinished, if there is any."""
        if self._process is None and has_unfinished(self._models_dir()):
            self._start()

    def add(self, request: DownloadRequest) -> None:
        self._tell(AddDownload(request))

    def pause(self, download_id: str) -> None:
        self._tell(PauseDownload(download_id))

    def resume(self, download_id: str) -> None:
        self._tell(ResumeDownload(download_id))

    def cancel(self, download_id: str) -> None:
        self._tell(CancelDownload(download_id))

    def forget(self, download_id: str) -> None:
        self._tell(ForgetDownload(download_id))

    def move(self, download_id: str, place: int) -> None:
        self._tell(MoveDownload(download_id, place))

    def settings_changed(self) -> None:
        """How to download; where from (another hub or proxy) needs `restart`."""
        if self._process is not None:
            self._process.send(Configure(self._settings()))

    def restart(self) -> None:
        """A new process, with the environment and folder of now."""
        if self._process is not None:
            self._end()
            self._start()

    def stop(self) -> None:
        """End the process until it is wanted again: its folder is to be moved."""
        self._end()

    def close(self) -> None:
        self._closed = True
        self._end()

    def _tell(self, command: msgspec.Struct) -> None:
        self._refused = None
        if self._process is None:
            self._start()
        if self._process is not None:
            self._process.send(command)

    def _start(self) -> None:
        self._number += 1
        number = self._number
        process = self._new_process()
        try:
            process.start(lambda event: post(self._heard, number, event))
        except CoterieError as error:
            self._show(replace(self._view, problem=error.problem))
            return
        process.send(StartDownloads(str(self._models_dir()), self._settings()))
        self._process, self._is_new = process, True

    def _end(self) -> None:
        self._number += 1
        process, self._process = self._process, None
        if process is not None:
            process.end(StopDownloads(), PATIENCE_S)

    def _take(self, number: int, event: DownloadEvent | Ended) -> None:
        if number != self._number:
            return
        match event:
            case Downloads():
                self._arrive(event.downloads)
                self._show(
                    DownloadsView(
                        *(event.downloads, event.needed_bytes, event.free_bytes), self._refused
                    )
                )
            case DownloadsFailed():
                self._refused = event.problem  # said until something else is asked
                self._show(replace(self._view, problem=event.problem))
            case Ended():
                self._process = None
                self._died()

    def _arrive(self, downloads: tuple[Download, ...]) -> None:
        before = {one.id: one.phase for one in self._view.downloads}
        if self._is_new:
            self._is_new = False
            for one in downloads:
                if one.phase == "done" and one.id not in before:
                    self._tell(ForgetDownload(one.id))  # of an earlier run: it is installed
        for one in downloads:
            if one.phase == "done" and before.get(one.id) not in (None, "done"):
                self._deaths = 0
                self.arrived.emit(one)

    def _died(self) -> None:
        """Nothing on the disk is lost; a process that keeps dying is left alone."""
        self._deaths += 1
        if self._closed:
            return
        if self._deaths <= MOST_RESTARTS:
            QTimer.singleShot(RESTART_MS, self.take_up)
        else:
            self._show(replace(self._view, problem=ended_problem()))

    def _show(self, view: DownloadsView) -> None:
        self._view = view
        self.changed.emit(view)


def has_unfinished(models_dir: Path) -> bool:
    """Whether downloads were begun there; reads one folder's names and nothing else."""
    try:
        with os.scandir(models_dir / DOWNLOADS) as entries:
            return any(entry.is_dir(follow_symlinks=False) for entry in entries)
    except OSError:
        return False


def ended_problem() -> Problem:
    """The process was started again too often."""
    return Problem(
        "downloads_ended",
        tr("Downloads have stopped"),
        tr("The process that downloads ended by itself several times; what was fetched is kept"),
        tr("Start Coterie again. If it happens again, look at downloads.log in the log folder."),
    )
