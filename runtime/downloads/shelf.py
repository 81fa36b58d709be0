"""The folder all downloads of a models folder are kept in: one folder each, and their order."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import filelock
import msgspec

from runtime.downloads.file_names import check_request
from runtime.downloads.frames import DownloadRequest
from runtime.downloads.journal import (
    DownloadJournal,
    FileJournalKeeper,
    Queue,
    read_download,
    read_queue,
    write_json,
)
from runtime.errors import CoterieError
from runtime.model_records import DOWNLOADS

_JOURNAL = "journal.json"
_LOCK = "lock"
_QUEUE = "queue.json"
_GONE = "gone-"


def download_id(request: DownloadRequest) -> str:
    """The same for the same repository, commit and files, whatever else is said about them."""
    what = (request.repo, request.revision, request.files)
    return hashlib.sha256(msgspec.json.encode(what)).hexdigest()[:32]


def folder_lock(folder: Path) -> filelock.BaseFileLock:
    """Held by the process that writes in a download's folder."""
    return filelock.FileLock(folder / _LOCK, thread_local=False)


class Shelf:
    """Reads and writes below `models_dir`. What is damaged counts as not there."""

    def __init__(self, models_dir: Path) -> None:
        self.models_dir = models_dir
        self._folder = models_dir / DOWNLOADS

    def prepare(self) -> None:
        """Raises OSError when nothing can be written there."""
        self._folder.mkdir(parents=True, exist_ok=True)
        probe = self._folder / "probe"
        probe.write_bytes(b"")
        probe.unlink()

    def folder(self, download: str) -> Path:
        return self._folder / download

    def read(self, download: str) -> DownloadJournal | None:
        return read_download(self.folder(download) / _JOURNAL)

    def read_all(self) -> Iterator[tuple[str, DownloadJournal]]:
        """In queue order, those of no queue behind by age."""
        found: dict[str, DownloadJournal] = {}
        for path in self._folder.glob(f"*/{_JOURNAL}"):
            journal = read_download(path)
            if journal is not None and _is_whole(path.parent.name, journal):
                found[path.parent.name] = journal
        order = {one: place for place, one in enumerate(read_queue(self._folder / _QUEUE))}
        last = len(order)
        yield from sorted(
            found.items(), key=lambda item: (order.get(item[0], last), item[1].added_at_s)
        )

    def write(self, download: str, journal: DownloadJournal) -> None:
        """Raises OSError."""
        self.folder(download).mkdir(parents=True, exist_ok=True)
        write_json(self.folder(download) / _JOURNAL, journal)

    def write_order(self, downloads: tuple[str, ...]) -> None:
        """Raises OSError."""
        write_json(self._folder / _QUEUE, Queue(downloads))

    def clear(self, download: str) -> None:
        """Delete what a finished download does not need any more; what resists stays."""
        for path in self.folder(download).glob("*"):
            if path.name not in (_JOURNAL, _LOCK):
                with contextlib.suppress(OSError):
                    path.unlink()

    def remove(self, download: str) -> None:
        """Take all of a download away, unless another process is at it. What resists stays.

        Its bytes are only set aside, for `delete_gone`: 14 GB took ext4 over 15 s to delete.
        """
        folder = self.folder(download)
        if not folder.is_dir():
            return
        try:
            with folder_lock(folder).acquire(blocking=False):
                (folder / _JOURNAL).unlink(missing_ok=True)
                self._set_aside(folder)
        except (filelock.Timeout, OSError):
            return
        with contextlib.suppress(OSError):
            (folder / _LOCK).unlink(missing_ok=True)
            folder.rmdir()

    def delete_gone(self) -> None:
        """Delete what `remove` set aside, also in an earlier life. It may take long."""
        for folder in self._folder.glob(f"{_GONE}*"):
            shutil.rmtree(folder, ignore_errors=True)

    def _set_aside(self, folder: Path) -> None:
        left = [path for path in folder.glob("*") if path.name != _LOCK]
        if not left:
            return
        gone = Path(tempfile.mkdtemp(prefix=_GONE, dir=self._folder))
        for path in left:
            path.replace(gone / path.name)

    def done_bytes(self, download: str, request: DownloadRequest) -> int:
        """What is on the disk for good of a download that does not run."""
        done = 0
        for number, file in enumerate(request.files):
            journal = FileJournalKeeper(self.folder(download) / str(number)).read()
            if journal is not None and journal.size_bytes == file.size_bytes:
                done += min(sum(journal.done), file.size_bytes)
        return done


def _is_whole(name: str, journal: DownloadJournal) -> bool:
    """Whether the journal says what its folder's name says, and nothing that is refused."""
    try:
        check_request(journal.request)
    except CoterieError:
        return False
    return download_id(journal.request) == name
