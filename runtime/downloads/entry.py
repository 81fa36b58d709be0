"""One line of the queue: what it is, how it stands, and how the window sees it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import msgspec

from runtime.downloads.download_run import DownloadRun, RunView
from runtime.downloads.frames import Download, DownloadPhase, DownloadRequest, PausedBy
from runtime.downloads.journal import DownloadJournal, State
from runtime.downloads.speed import SpeedWindow, left_s
from runtime.errors import Problem


@dataclass
class Entry:
    """Changed only by the queue's own thread.

    `not_before_s` (monotonic) keeps it from being started: another process has it, or the disk
    was full just now; `problem` then says which.
    """

    id: str
    request: DownloadRequest
    added_at_s: float
    state: State = "active"
    paused_by: PausedBy = ""
    paused_at_s: float = 0.0
    problem: Problem | None = None
    url: str = ""
    paths: tuple[str, ...] = ()
    run: DownloadRun | None = None
    last: RunView = field(default_factory=RunView)
    speed: SpeedWindow = field(default_factory=SpeedWindow)
    not_before_s: float = 0.0
    is_taken: bool = False
    full_times: int = 0

    @property
    def total_bytes(self) -> int:
        return sum(file.size_bytes for file in self.request.files)

    @property
    def left_bytes(self) -> int:
        """What is still to be written; also of one that is paused, none of one that failed."""
        if self.state in ("done", "failed"):
            return 0
        return max(0, self.total_bytes - self.view().live_bytes)

    def view(self) -> RunView:
        if self.run is not None:
            self.last = self.run.view()
        return self.last

    def pause(self, by: PausedBy, problem: Problem | None = None) -> None:
        self.state, self.paused_by, self.problem = "paused", by, problem
        self.paused_at_s = time.time()
        self.url, self.is_taken = "", False

    def fail(self, problem: Problem, url: str) -> None:
        self.state, self.paused_by, self.problem, self.url = "failed", "", problem, url

    def go_on(self) -> None:
        self.state, self.paused_by, self.problem, self.url = "active", "", None, ""
        self.paused_at_s = self.not_before_s = 0.0
        self.is_taken = False

    def journal(self) -> DownloadJournal:
        return DownloadJournal(
            request=self.request,
            added_at_s=self.added_at_s,
            state=self.state,
            paused_by=self.paused_by,
            paused_at_s=self.paused_at_s,
            problem=self.problem,
            url=self.url,
            paths=self.paths,
        )

    def shown(self, now_s: float) -> Download:
        """As it is now; also takes a sample of its speed."""
        view = self.view()
        phase, problem, retry_in_s = self._phase(view, now_s)
        bytes_per_s = None
        if self.run is not None:
            self.speed.add(now_s, self.run.meter.total_bytes)
            bytes_per_s = self.speed.bytes_per_s() if phase in ("running", "waiting") else None
        total = self.total_bytes
        shown = Download(
            id=self.id,
            request=self.request,
            phase=phase,
            total_bytes=total,
            done_bytes=view.done_bytes,
            live_bytes=view.live_bytes,
            checked_bytes=view.checked_bytes,
            bytes_per_s=bytes_per_s,
            left_s=left_s(total - view.live_bytes, bytes_per_s) if phase == "running" else None,
            paused_by=self.paused_by,
            paused_at_s=self.paused_at_s,
            retry_in_s=retry_in_s,
            problem=problem,
            url=self.url,
            paths=self.paths,
            refetched_bytes=view.refetched_bytes,
        )
        if phase == "done":
            return msgspec.structs.replace(
                shown, done_bytes=total, live_bytes=total, checked_bytes=total
            )
        return shown

    def _phase(self, view: RunView, now_s: float) -> tuple[DownloadPhase, Problem | None, float]:
        if self.state != "active":
            return self.state, self.problem, 0.0
        if self.run is None:
            if self.is_taken:
                return "waiting", self.problem, max(0.0, self.not_before_s - now_s)
            return "queued", None, 0.0
        if view.waiting is not None:
            problem, retry_in_s = view.waiting
            return "waiting", problem, retry_in_s
        return "checking" if view.is_checking else "running", None, 0.0


def from_journal(download: str, journal: DownloadJournal, done_bytes: int) -> Entry:
    return Entry(
        id=download,
        request=journal.request,
        added_at_s=journal.added_at_s,
        state=journal.state,
        paused_by=journal.paused_by,
        paused_at_s=journal.paused_at_s,
        problem=journal.problem,
        url=journal.url,
        paths=journal.paths,
        last=RunView(done_bytes=done_bytes, live_bytes=done_bytes),
    )
