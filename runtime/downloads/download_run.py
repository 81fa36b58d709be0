"""One download while it runs: file after file, then all final names, on a thread of its own."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import filelock
import httpx2

from runtime.downloads.file_names import final_path
from runtime.downloads.file_run import FileRun, Verified
from runtime.downloads.finish import Ready, already_there, give_names, keep_record
from runtime.downloads.frames import DownloadRequest
from runtime.downloads.halt import Halt, Halted
from runtime.downloads.journal import FileJournalKeeper
from runtime.downloads.log import log
from runtime.downloads.shelf import folder_lock
from runtime.downloads.source import Source
from runtime.downloads.speed import Meter, SpeedLimit
from runtime.errors import CoterieError, Problem
from runtime.hub.refusals import LinkProblem
from runtime.language import tr

_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}


@dataclass(frozen=True)
class Finished:
    paths: tuple[str, ...]


@dataclass(frozen=True)
class Stopped:
    """By a command."""


@dataclass(frozen=True)
class Taken:
    """Another process is at this download."""


@dataclass(frozen=True)
class RanFull:
    """The disk took no more."""


@dataclass(frozen=True)
class GaveUp:
    problem: Problem
    url: str = ""


Outcome = Finished | Stopped | Taken | RanFull | GaveUp


@dataclass(frozen=True)
class RunView:
    """What can be seen of it now. `waiting` is why nothing arrives, and seconds to the next try."""

    done_bytes: int = 0
    live_bytes: int = 0
    checked_bytes: int = 0
    refetched_bytes: int = 0
    is_checking: bool = False
    waiting: tuple[Problem, float] | None = None


class DownloadRun:
    """`before` is how it stood, for `view` until its files have been looked at.

    `on_end` is called on its thread, once, when `outcome` is there.
    """

    def __init__(
        self,
        folder: Path,
        models_dir: Path,
        request: DownloadRequest,
        client: httpx2.Client,
        connections: int,
        limit: SpeedLimit,
        before: RunView,
        on_end: Callable[[DownloadRun], None],
    ) -> None:
        self.outcome: Outcome | None = None
        self.meter = Meter()
        self._folder = folder
        self._models_dir = models_dir
        self._request = request
        self._client = client
        self._count = connections
        self._limit = limit
        self._before = before
        self._on_end = on_end
        self._halt = Halt()
        self._lock = threading.Lock()
        self._current: FileRun | None = None
        self._ready_bytes = 0
        self._refetched_bytes = 0
        self._thread = threading.Thread(target=self._run, name="download", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def halt(self) -> None:
        """Begin to stop."""
        self._halt.set()

    def stop(self) -> Outcome:
        """Bring everything to the disk and end; what came of it."""
        self._halt.set()
        self._thread.join()
        assert self.outcome is not None
        return self.outcome

    def try_now(self) -> None:
        with self._lock:
            if self._current:
                self._current.connections.try_now()

    def set_connections(self, count: int) -> None:
        with self._lock:
            self._count = count
            if self._current:
                self._current.set_connections(count)

    def view(self) -> RunView:
        with self._lock:
            run, ready, refetched = self._current, self._ready_bytes, self._refetched_bytes
        if run is None and ready < self._before.live_bytes:
            return replace(self._before, is_checking=False, waiting=None)
        if run is None:
            has_all = ready >= sum(file.size_bytes for file in self._request.files)
            return RunView(ready, ready, ready, refetched, is_checking=has_all)
        is_checking = run.part.is_complete
        return RunView(
            done_bytes=ready + run.part.durable_bytes,
            live_bytes=ready + run.part.written_bytes,
            checked_bytes=ready + run.checking.checked_bytes,
            refetched_bytes=refetched + run.refetched_bytes,
            is_checking=is_checking,
            waiting=None if is_checking else run.connections.tries.waiting(),
        )

    def _run(self) -> None:
        try:
            self.outcome = self._locked()
        except Halted:
            self.outcome = Stopped()
        except LinkProblem as error:
            self.outcome = GaveUp(error.problem, error.url)
        except CoterieError as error:
            self.outcome = GaveUp(error.problem)
        except OSError as error:
            self.outcome = RanFull() if error.errno in _FULL else GaveUp(_disk_failed(error))
        except Exception as error:  # noqa: BLE001 - the top of a thread: the queue goes on.
            self.outcome = GaveUp(_unexpected(error))
        log(f"{self._request.repo}: {type(self.outcome).__name__}")
        self._on_end(self)

    def _locked(self) -> Outcome:
        self._folder.mkdir(parents=True, exist_ok=True)
        lock = folder_lock(self._folder)
        try:
            lock.acquire(blocking=False)
        except filelock.Timeout:
            return Taken()
        try:
            return self._all_files()
        finally:
            lock.release()

    def _all_files(self) -> Outcome:
        ready = self._those_there()
        for number, file in enumerate(self._request.files):
            if number in ready:
                continue
            run = FileRun(
                self._folder / str(number),
                Source(self._client, self._request.repo, self._request.revision, file),
                self._count,
                self._limit,
                self.meter,
                self._halt,
            )
            with self._lock:
                self._current = run
            verified = run.run()
            path = final_path(self._models_dir, self._request.repo, file.path)
            ready[number] = Ready(path, file.size_bytes, verified, run.part_path)
            with self._lock:
                self._current = None
                self._ready_bytes += file.size_bytes
                self._refetched_bytes += run.refetched_bytes
        in_order = [ready[number] for number in range(len(self._request.files))]
        give_names(self._models_dir, in_order)
        keep_record(self._models_dir, self._request, in_order)
        return Finished(tuple(str(one.path) for one in in_order))

    def _those_there(self) -> dict[int, Ready]:
        """Files that have their final names already, from an earlier end or an earlier life."""
        there: dict[int, Ready] = {}
        for number, file in enumerate(self._request.files):
            journal = FileJournalKeeper(self._folder / str(number)).read()
            known = Verified(journal.verified, journal.digests) if journal else None
            if known and not known.sha256:
                known = None
            one = already_there(self._models_dir, self._request, file, known, self._halt)
            if one is not None:
                there[number] = one
                with self._lock:
                    self._ready_bytes += file.size_bytes
        return there


def _disk_failed(error: OSError) -> Problem:
    return Problem(
        kind="disk_error",
        title=tr("The models folder can't be written"),
        message=tr("The system said: {reason}.", reason=error.strerror or error),
        remedy=tr(
            "Check the disk and the rights on the folder, then resume. What was fetched is kept."
        ),
    )


def _unexpected(error: Exception) -> Problem:
    return Problem(
        kind="download_failed",
        title=tr("The download failed"),
        message=tr("Something unexpected happened: {error}.", error=type(error).__name__),
        remedy=tr("Resume it; what was fetched is kept."),
    )
