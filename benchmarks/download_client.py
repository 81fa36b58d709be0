"""Drives the real download process against the tests' hub, as the program does."""

from __future__ import annotations

import hashlib
import os
import queue
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

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
from runtime.frame_process import Ended, download_process
from runtime.hub.frames import HubFile
from tests.hub.hub import Hub

PATIENCE_S = 120.0
SETTINGS = TransferSettings()


class DownloadClient:
    """One download process for one models folder, while it is entered."""

    def __init__(
        self,
        hub: Hub,
        models_dir: Path,
        log_path: Path,
        settings: TransferSettings = SETTINGS,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._events: queue.Queue[DownloadEvent | Ended] = queue.Queue()
        surroundings = plain_environment(hub, log_path.parent) | dict(environment or {})
        self._process = download_process(log_path, environment=surroundings)
        self._models_dir = models_dir
        self._settings = settings
        self._ended = False

    def __enter__(self) -> DownloadClient:
        self._process.start(self._events.put)
        self._process.send(StartDownloads(str(self._models_dir), self._settings))
        return self

    def __exit__(self, *_: object) -> None:
        if not self._ended:
            self._process.end(StopDownloads(), patience_s=20.0)

    def wait_until_ready(self) -> None:
        """Wait for the first list, which it says once it has looked into the models folder."""
        while not isinstance(event := self._events.get(timeout=PATIENCE_S), Downloads):
            if isinstance(event, Ended | DownloadsFailed):
                raise RuntimeError(f"the download process did not start: {event}")

    def add(self, request: DownloadRequest) -> None:
        self._process.send(AddDownload(request))

    def send(self, command: Any) -> None:
        self._process.send(command)

    def wait_for(self, *phases: str, timeout_s: float = PATIENCE_S) -> Download:
        """The one download, once it is in one of `phases`. TimeoutError after `timeout_s`."""
        until_s = time.monotonic() + timeout_s
        last: object = None
        while True:
            try:
                event = self._events.get(timeout=max(0.0, until_s - time.monotonic()))
            except queue.Empty:
                raise TimeoutError(f"not {phases} within {timeout_s:g} s: {last}") from None
            if isinstance(event, Ended):
                self._ended = True
                raise RuntimeError(f"the download process ended: {event}")
            if isinstance(event, DownloadsFailed):
                raise RuntimeError(event.problem.one_line())
            if isinstance(event, Downloads) and event.downloads:
                last = event.downloads[0]
                if event.downloads[0].phase in phases:
                    return event.downloads[0]

    def kill(self, with_signal: signal.Signals = signal.SIGKILL) -> None:
        """End the process without a word, and see it gone."""
        assert self._process.pid is not None
        os.kill(self._process.pid, with_signal)
        while not self._ended:
            self._ended = isinstance(self._events.get(timeout=PATIENCE_S), Ended)


def plain_environment(hub: Hub, home: Path) -> dict[str, str]:
    """This process's environment without a token or a proxy of its user's, and with `hub`."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("HF_", "HUGGING")) and not name.lower().endswith("_proxy")
    }
    return kept | {"HF_ENDPOINT": hub.endpoint, "HF_HOME": str(home / "hf-home")}


def request_for(hub: Hub, repo: str) -> DownloadRequest:
    """All GGUF files of the repository, at the commit its main branch has now."""
    commit = hub.state.repositories[repo].resolve("main")
    assert commit is not None
    files = tuple(
        HubFile(path, file.size_bytes, file.sha256)
        for path, file in sorted(commit.files.items())
        if path.endswith(".gguf")
    )
    return DownloadRequest(repo, commit.oid, files, repo)


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_noise(path: Path, size: int) -> Path:
    """A file of `size` random bytes, no two MiB of which are the same."""
    block = os.urandom(1 << 20)
    with path.open("wb") as file:
        for number in range(-(-size // len(block))):
            file.write(number.to_bytes(8, "little") + block[8:])
        file.truncate(size)
    return path
