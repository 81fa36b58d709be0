"""The real download process, and waiting for what it says."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from runtime.downloads.frames import (
    AddDownload,
    Download,
    DownloadEvent,
    DownloadRequest,
    Downloads,
    DownloadsFailed,
    StartDownloads,
    StopDownloads,
    TransferSettings,
)
from runtime.frame_process import DOWNLOADS_COMMAND, Ended, download_process
from runtime.hub.frames import HubFile
from tests.hub.hub import Hub
from tests.hub.repositories import Content

REPO = "maker/model-GGUF"
PATIENCE_S = 40.0


class Downloader:
    """One process, started for `models_dir`; every event is kept."""

    def __init__(
        self,
        models_dir: Path,
        log_path: Path,
        endpoint: str,
        *,
        settings: TransferSettings | None = None,
        only: bool = False,
        stall_s: float = 20.0,
        reserve_bytes: int = 0,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.models_dir = models_dir
        self.log_path = log_path
        self._changed = threading.Condition()
        self._events: list[DownloadEvent | Ended] = []
        command = (
            *DOWNLOADS_COMMAND,
            f"--stall-s={stall_s}",
            f"--reserve-bytes={reserve_bytes}",
        )
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
        around = {**kept, "HF_ENDPOINT": endpoint, "HF_HOME": str(models_dir.parent / "hf")}
        self._process = download_process(log_path, command, {**around, **(environment or {})})
        self._process.start(self._take)
        self.send(StartDownloads(str(models_dir), settings or TransferSettings(), only))

    def send(self, command: msgspec.Struct) -> None:
        self._process.send(command)

    def add(self, request: DownloadRequest) -> None:
        self.send(AddDownload(request))

    def snapshots(self) -> list[Downloads]:
        with self._changed:
            return [event for event in self._events if isinstance(event, Downloads)]

    def wait_event(
        self, is_it: Callable[[DownloadEvent | Ended], bool], timeout_s: float = PATIENCE_S
    ) -> DownloadEvent | Ended:
        """The first event so far, or to come, that `is_it`."""
        until_s = time.monotonic() + timeout_s
        seen = 0
        with self._changed:
            while True:
                for event in self._events[seen:]:
                    if is_it(event):
                        return event
                seen = len(self._events)
                if not self._changed.wait(max(0.0, until_s - time.monotonic())):
                    raise TimeoutError(f"{self._events[-1:]}\n{self.log_path.read_text()}")

    def wait_new(
        self, is_it: Callable[[Download], bool], timeout_s: float = PATIENCE_S
    ) -> Download:
        """The last download of the list, as it is in the first snapshot from now on that fits."""
        found: list[Download] = []
        with self._changed:
            begin = len(self._events)
            last = next(
                (event for event in reversed(self._events) if isinstance(event, Downloads)), None
            )
        if last and last.downloads and is_it(last.downloads[-1]):
            return last.downloads[-1]
        known = {id(event) for event in self._events[:begin]}

        def fits(event: DownloadEvent | Ended) -> bool:
            if id(event) in known or not isinstance(event, Downloads) or not event.downloads:
                return False
            if is_it(event.downloads[-1]):
                found.append(event.downloads[-1])
                return True
            return False

        self.wait_event(fits, timeout_s)
        return found[-1]

    def wait_phase(self, *phases: str, timeout_s: float = PATIENCE_S) -> Download:
        return self.wait_new(lambda download: download.phase in phases, timeout_s)

    def wait_done(self, timeout_s: float = PATIENCE_S) -> Download:
        """Done; a failure ends the wait at once."""
        download = self.wait_phase("done", "failed", timeout_s=timeout_s)
        assert download.phase == "done", download.problem
        return download

    def wait_gone(self) -> None:
        """The list is empty again, after there was something in it."""
        seen: list[DownloadEvent | Ended] = []

        def is_gone(event: DownloadEvent | Ended) -> bool:
            if isinstance(event, Downloads) and event.downloads:
                seen.append(event)
            return bool(seen) and isinstance(event, Downloads) and not event.downloads

        self.wait_event(is_gone)

    def wait_refused(self) -> DownloadsFailed:
        event = self.wait_event(lambda event: isinstance(event, DownloadsFailed))
        assert isinstance(event, DownloadsFailed)
        return event

    def refusals(self, kind: str) -> list[DownloadsFailed]:
        with self._changed:
            failed = [event for event in self._events if isinstance(event, DownloadsFailed)]
        return [one for one in failed if one.problem.kind == kind]

    def stop(self) -> Ended:
        self._process.end(StopDownloads(), 20.0)
        return self._wait_ended()

    def kill(self) -> None:
        """As a lost process: nothing is brought to the disk any more."""
        pid = self._process.pid
        if pid is not None and not self._has_ended():
            os.kill(pid, signal.SIGKILL)
        self._wait_ended()

    @staticmethod
    def clock() -> float:
        return time.monotonic()

    def log(self) -> str:
        return self.log_path.read_text()

    def _has_ended(self) -> bool:
        with self._changed:
            return any(isinstance(event, Ended) for event in self._events)

    def _wait_ended(self) -> Ended:
        event = self.wait_event(lambda event: isinstance(event, Ended))
        assert isinstance(event, Ended)
        return event

    def _take(self, event: DownloadEvent | Ended) -> None:
        with self._changed:
            self._events.append(event)
            self._changed.notify_all()


def some_bytes(size_bytes: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size_bytes)


def big_file(path: Path, size_bytes: int, seed: int = 1) -> Path:
    """A file of random megabytes."""
    block = some_bytes(1 << 20, seed)
    with path.open("wb") as file:
        for number in range(-(-size_bytes // len(block))):
            file.write((number.to_bytes(8, "little") + block[8:])[: size_bytes - file.tell()])
    return path


def offer(hub: Hub, files: Mapping[str, Content], repo: str = REPO) -> DownloadRequest:
    """Put `files` on the hub, and the request for all of them."""
    commit = hub.add(repo, files)
    stored = hub.state.repositories[repo].commits[commit].files
    return DownloadRequest(
        repo=repo,
        revision=commit,
        files=tuple(HubFile(path, stored[path].size_bytes, stored[path].sha256) for path in files),
        name="Model",
        quantisation="Q4_0",
        licence="mit",
    )


def sha256(path: Path | str) -> str:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
