"""The queue: follows commands, starts what may run, and keeps how each download stands."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable

import httpx2

from runtime.downloads.download_run import (
    DownloadRun,
    Finished,
    GaveUp,
    Outcome,
    RanFull,
    RunView,
    Taken,
)
from runtime.downloads.entry import Entry, from_journal
from runtime.downloads.file_names import check_request
from runtime.downloads.frames import DownloadRequest, Downloads, TransferSettings
from runtime.downloads.log import log
from runtime.downloads.shelf import Shelf, download_id
from runtime.downloads.space import Demand, ran_full, that_fit, too_little
from runtime.downloads.speed import SpeedLimit
from runtime.errors import Problem
from runtime.language import tr

LOOK_AGAIN_S = 2.0
_FULL_WAITS_S = (2.0, 5.0, 10.0, 30.0, 60.0)


class DownloadQueue:
    """For one thread. `on_end` of a run is called on another: hand it back to `ended` here."""

    def __init__(
        self,
        shelf: Shelf,
        settings: TransferSettings,
        client: httpx2.Client,
        reserve_bytes: int,
        only: bool,
        on_end: Callable[[DownloadRun], None],
    ) -> None:
        self._shelf = shelf
        self._settings = settings
        self._client = client
        self._reserve_bytes = reserve_bytes
        self._only = only
        self._on_end = on_end
        self._limit = SpeedLimit(settings.limit_bytes_per_s)
        self._entries: list[Entry] = []

    @property
    def is_running(self) -> bool:
        return any(entry.run for entry in self._entries)

    @property
    def wants_looks(self) -> bool:
        """Whether something may go on by itself, without a command."""
        return any(entry.is_taken or entry.paused_by == "disk" for entry in self._entries)

    def take_up(self) -> None:
        """Find what is there from before."""
        if self._only:
            return
        self._delete_gone()
        for download, journal in self._shelf.read_all():
            done_bytes = self._shelf.done_bytes(download, journal.request)
            entry = from_journal(download, journal, done_bytes)
            self._entries.append(entry)
            if entry.state == "active" and not self._settings.resume_on_start:
                entry.pause("start")
                self._keep(entry)

    def add(self, request: DownloadRequest) -> None:
        """Raises CoterieError for one that is refused."""
        check_request(request)
        download = download_id(request)
        entry = self._find(download)
        if entry is None:
            entry = self._new(download, request)
            self._entries.append(entry)
            self._keep_order()
        if entry.run is None:
            if entry.state == "done":  # Its files may have been deleted since.
                entry.last = RunView()
            entry.go_on()
            entry.paths = ()
            self._keep(entry)

    def pause(self, download: str) -> None:
        entry = self._find(download)
        if entry is None or entry.state not in ("active", "paused"):
            return
        if self._stop(entry):
            entry.pause("person")
            self._keep(entry)

    def resume(self, download: str) -> None:
        entry = self._find(download)
        if entry is None or entry.state == "done":
            return
        if entry.run is not None:
            entry.run.try_now()
            return
        entry.go_on()
        self._keep(entry)

    def cancel(self, download: str) -> None:
        entry = self._find(download)
        if entry is None:
            return
        self._stop(entry)
        if entry.state != "done":
            self._drop(entry)

    def forget(self, download: str) -> None:
        entry = self._find(download)
        if entry is not None and entry.state == "done":
            self._drop(entry)

    def move(self, download: str, place: int) -> None:
        """To `place`; what is now first may take the turn of one that runs."""
        entry = self._find(download)
        if entry is None:
            return
        self._entries.remove(entry)
        self._entries.insert(max(0, min(place, len(self._entries))), entry)
        self._keep_order()
        first = [one for one in self._entries if one.run or self._may_start(one)]
        for one in first[self._settings.most_at_once :]:
            self._stop(one)

    def configure(self, settings: TransferSettings) -> None:
        self._settings = settings
        self._limit.set(settings.limit_bytes_per_s)
        running = [entry for entry in self._entries if entry.run]
        for place, entry in enumerate(running):
            if place >= max(1, settings.most_at_once):
                self._stop(entry)
            elif entry.run is not None:
                entry.run.set_connections(_connections(settings))

    def ended(self, run: DownloadRun) -> None:
        """`run` has its outcome. One that was stopped meanwhile is known already."""
        for entry in self._entries:
            if entry.run is run and run.outcome is not None:
                self._take_outcome(entry, run.outcome)

    def stop_all(self) -> None:
        """Bring everything to the disk; what ran goes on at the next start."""
        for entry in self._entries:
            if entry.run is not None:
                entry.run.halt()
        for entry in self._entries:
            self._stop(entry)

    def start_what_may(self) -> bool:
        """Look at the room and the turns; whether anything changed."""
        before = self._standing()
        self._look_at_room()
        for entry in self._entries:
            running = sum(one.run is not None for one in self._entries)
            if running >= max(1, self._settings.most_at_once):
                break
            if self._may_start(entry):
                self._start(entry)
        return before != self._standing()

    def snapshot(self) -> Downloads:
        now_s = time.monotonic()
        return Downloads(
            downloads=tuple(entry.shown(now_s) for entry in self._entries),
            needed_bytes=sum(entry.left_bytes for entry in self._entries),
            free_bytes=self._free_bytes(),
        )

    def _standing(self) -> list[tuple[object, ...]]:
        return [(entry.state, entry.run is None, entry.problem) for entry in self._entries]

    def _may_start(self, entry: Entry) -> bool:
        is_due = entry.not_before_s <= time.monotonic()
        return entry.run is None and entry.state == "active" and is_due

    def _start(self, entry: Entry) -> None:
        entry.speed.clear()
        entry.run = DownloadRun(
            folder=self._shelf.folder(entry.id),
            models_dir=self._shelf.models_dir,
            request=entry.request,
            client=self._client,
            connections=_connections(self._settings),
            limit=self._limit,
            before=entry.last,
            on_end=self._on_end,
        )
        log(f"{entry.request.repo}: started")
        entry.run.start()

    def _stop(self, entry: Entry) -> bool:
        """Stop its run, if it has one; False when it came to its own end first."""
        if entry.run is not None:
            self._take_outcome(entry, entry.run.stop())
        return entry.state in ("active", "paused")

    def _take_outcome(self, entry: Entry, outcome: Outcome) -> None:
        entry.view()
        entry.run = None
        entry.is_taken = False
        if isinstance(outcome, Finished):
            entry.state, entry.paths, entry.problem = "done", outcome.paths, None
            self._keep(entry)
            self._shelf.clear(entry.id)
        elif isinstance(outcome, GaveUp):
            entry.fail(outcome.problem, outcome.url)
            self._keep(entry)
        elif isinstance(outcome, RanFull):
            entry.pause("disk", ran_full(str(self._shelf.models_dir), entry.left_bytes))
            wait_s = _FULL_WAITS_S[min(entry.full_times, len(_FULL_WAITS_S) - 1)]
            entry.not_before_s = time.monotonic() + wait_s
            entry.full_times += 1
            self._keep(entry)
        elif isinstance(outcome, Taken):
            entry.is_taken = True
            entry.problem = _taken()
            entry.not_before_s = time.monotonic() + LOOK_AGAIN_S

    def _look_at_room(self) -> None:
        now_s = time.monotonic()
        demands = [
            Demand(entry.id, entry.left_bytes, entry.run is not None)
            for entry in self._entries
            if entry.state == "active" or entry.paused_by == "disk"
        ]
        lacking = that_fit(demands, self._free_bytes(), self._reserve_bytes)
        for entry in self._entries:
            if entry.id not in lacking or entry.run is not None or entry.not_before_s > now_s:
                continue
            if not lacking[entry.id] and entry.state == "paused":
                entry.go_on()
                self._keep(entry)
            elif lacking[entry.id]:
                problem = too_little(lacking[entry.id], str(self._shelf.models_dir))
                if entry.state == "active":
                    entry.pause("disk", problem)
                    self._keep(entry)
                entry.problem = problem

    def _free_bytes(self) -> int:
        try:
            return shutil.disk_usage(self._shelf.models_dir).free
        except OSError:
            return 0

    def _find(self, download: str) -> Entry | None:
        return next((entry for entry in self._entries if entry.id == download), None)

    def _new(self, download: str, request: DownloadRequest) -> Entry:
        """Also what another process left unfinished."""
        done_bytes = self._shelf.done_bytes(download, request)
        journal = self._shelf.read(download)
        if journal is not None and journal.request == request:
            return from_journal(download, journal, done_bytes)
        entry = Entry(id=download, request=request, added_at_s=time.time())
        entry.last = RunView(done_bytes=done_bytes, live_bytes=done_bytes)
        return entry

    def _drop(self, entry: Entry) -> None:
        self._entries.remove(entry)
        self._shelf.remove(entry.id)
        self._keep_order()
        self._delete_gone()

    def _delete_gone(self) -> None:
        """Beside the queue, which must not stand still meanwhile."""
        threading.Thread(target=self._shelf.delete_gone, name="delete", daemon=True).start()

    def _keep(self, entry: Entry) -> None:
        """A disk that takes no line now costs the pause after a restart, and no byte."""
        try:
            self._shelf.write(entry.id, entry.journal())
        except OSError as error:
            log(f"the journal of {entry.request.repo} was not written: {error.strerror}")

    def _keep_order(self) -> None:
        if self._only:
            return
        try:
            self._shelf.write_order(tuple(entry.id for entry in self._entries))
        except OSError as error:
            log(f"the order of the downloads was not written: {error.strerror}")


def _connections(settings: TransferSettings) -> int:
    return max(1, min(settings.connections, 16))


def _taken() -> Problem:
    return Problem(
        kind="download_taken",
        title=tr("Another Coterie is downloading it"),
        message=tr("Another window or a coterie pull is at this download."),
        remedy=tr("It is looked at again every few seconds."),
    )
