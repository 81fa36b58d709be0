"""What the download process is told and what it says: a queue, and all of its state each time."""

from __future__ import annotations

from typing import Literal

import msgspec

from runtime.errors import Problem
from runtime.hub.frames import HubFile

DOWNLOAD_PROTOCOL_VERSION = 1
DownloadPhase = Literal["queued", "running", "checking", "waiting", "paused", "failed", "done"]
PausedBy = Literal["", "person", "disk", "start"]


class TransferSettings(msgspec.Struct, frozen=True):
    """How to download. `limit_bytes_per_s` 0 is no limit, over all downloads together."""

    most_at_once: int = 1
    connections: int = 4
    limit_bytes_per_s: int = 0
    resume_on_start: bool = True


class DownloadRequest(msgspec.Struct, frozen=True):
    """One model of a repository, pinned: `revision` is a commit. `name` is for people.

    The rest is kept in the model's record, for the list of models on this computer.
    """

    repo: str
    revision: str
    files: tuple[HubFile, ...]
    name: str
    quantisation: str = ""
    licence: str = ""
    base_model: str = ""


class Download(msgspec.Struct, frozen=True):
    """One download as it is now.

    `done_bytes` are on the disk for good (fsynced), `live_bytes` also count what is on its way.
    `retry_in_s` counts down in phase "waiting". `problem` is why it waits, is paused by the disk or
    failed. `paths` are the final files, only in phase "done". `refetched_bytes` were fetched twice.
    """

    id: str
    request: DownloadRequest
    phase: DownloadPhase
    total_bytes: int
    done_bytes: int = 0
    live_bytes: int = 0
    checked_bytes: int = 0
    bytes_per_s: float | None = None
    left_s: float | None = None
    paused_by: PausedBy = ""
    paused_at_s: float = 0.0
    retry_in_s: float = 0.0
    problem: Problem | None = None
    url: str = ""
    paths: tuple[str, ...] = ()
    refetched_bytes: int = 0


# Commands


class StartDownloads(msgspec.Struct, frozen=True, tag="start_downloads"):
    """Always first: where models go, how, and whether to take up what is unfinished there.

    `only` names the one download of a `coterie pull`; other downloads in the folder are then left
    alone.
    """

    models_dir: str
    settings: TransferSettings
    only: bool = False


class AddDownload(msgspec.Struct, frozen=True, tag="add_download"):
    """Queue `request`; the same repository, commit and files again is the same download."""

    request: DownloadRequest


class PauseDownload(msgspec.Struct, frozen=True, tag="pause_download"):
    id: str


class ResumeDownload(msgspec.Struct, frozen=True, tag="resume_download"):
    """Go on: after a pause, a failure, or at once instead of at the end of a wait."""

    id: str


class CancelDownload(msgspec.Struct, frozen=True, tag="cancel_download"):
    """Stop and delete what was fetched so far."""

    id: str


class ForgetDownload(msgspec.Struct, frozen=True, tag="forget_download"):
    """Take a finished download out of the list; its files stay."""

    id: str


class MoveDownload(msgspec.Struct, frozen=True, tag="move_download"):
    """To `place` in the queue, 0 the first."""

    id: str
    place: int


class Configure(msgspec.Struct, frozen=True, tag="configure"):
    settings: TransferSettings


class StopDownloads(msgspec.Struct, frozen=True, tag="stop_downloads"):
    """Bring everything to the disk and end; what is unfinished goes on at the next start."""


DownloadCommand = (
    StartDownloads
    | AddDownload
    | PauseDownload
    | ResumeDownload
    | CancelDownload
    | ForgetDownload
    | MoveDownload
    | Configure
    | StopDownloads
)


# Events


class DownloadsHello(msgspec.Struct, frozen=True, tag="downloads_hello"):
    protocol_version: int
    pid: int


class Downloads(msgspec.Struct, frozen=True, tag="downloads"):
    """All downloads in queue order: after each change, and four times a second while any runs.

    `needed_bytes` are still to be written for the whole queue, `free_bytes` the disk has.
    """

    downloads: tuple[Download, ...]
    needed_bytes: int
    free_bytes: int


class DownloadsFailed(msgspec.Struct, frozen=True, tag="downloads_failed"):
    """A command could not be followed (the models folder can't be written, a name is refused)."""

    problem: Problem


DownloadEvent = DownloadsHello | Downloads | DownloadsFailed
