"""Fetches one file into its part file until its sha256 is right, or says why that can't be."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

from runtime.downloads.checking import Checking
from runtime.downloads.connections import Connections
from runtime.downloads.halt import Halt, Halted
from runtime.downloads.journal import FileJournalKeeper
from runtime.downloads.log import log
from runtime.downloads.part_file import PartFile
from runtime.downloads.pieces import Pieces
from runtime.downloads.source import Source
from runtime.downloads.speed import Meter, SpeedLimit
from runtime.errors import CoterieError, Problem
from runtime.language import tr

_ROUNDS = 2


@dataclass(frozen=True)
class Verified:
    """`sha256` of the whole, and of each piece."""

    sha256: str
    pieces: tuple[str, ...]


class FileRun:
    """One file of a download, for as long as it is fetched. `run` is called once."""

    def __init__(
        self,
        stem: Path,
        source: Source,
        connections: int,
        limit: SpeedLimit,
        meter: Meter,
        halt: Halt,
    ) -> None:
        self.part_path = stem.with_name(f"{stem.name}.part")
        self._aside_path = stem.with_name(f"{stem.name}.again")
        self._keeper = FileJournalKeeper(stem)
        self._source = source
        self._count = connections
        self._limit = limit
        self._meter = meter
        self._halt = halt
        self._error: Exception | None = None
        self._fetched_aside_bytes = 0
        self.part = PartFile(self.part_path, Pieces(source.file.size_bytes), self._keeper)
        self.checking = Checking(self.part, halt)
        self.connections = self._connections(self.part)

    @property
    def refetched_bytes(self) -> int:
        return self.checking.bad_bytes + self.connections.skipped_bytes + self._fetched_aside_bytes

    def set_connections(self, count: int) -> None:
        self._count = count
        self.connections.set_count(count)

    def run(self) -> Verified:
        """Raises Halted, CoterieError, OSError."""
        try:
            if self.part.verified:
                return Verified(self.part.verified, self.part.digests)
            self.connections.set_count(self._count)
            digest = self._whole_and_right()
            self.part.set_verified(digest)
            return Verified(digest, self.part.digests)
        except Halted:
            if self._error:
                raise self._error from None
            raise
        except (OSError, CoterieError):
            self._halt.set()
            raise
        finally:
            self._aside_path.unlink(missing_ok=True)
            self._close(self.connections, self.part)

    def _whole_and_right(self) -> str:
        digest, expected = self.checking.whole(), self._source.file.sha256
        if digest == expected or not expected:
            return digest
        log(f"{self._source.file.path}: the sha256 is wrong; looking for the piece")
        # What has changed on the disk since it arrived is fetched again by this.
        if self.checking.whole() == expected or self._is_right_after_repair():
            return expected
        raise CoterieError(_wrong_on_the_hub(self._source.file.path))

    def _is_right_after_repair(self) -> bool:
        """Fetch piece after piece again and replace those that come differently."""
        for _ in range(_ROUNDS):
            has_differed = False
            for index, digest in enumerate(self.part.digests):
                # Of many GB this takes as long as the download: it must be seen to go on.
                self.checking.checked_bytes = self.part.pieces.begin(index)
                if self._fetch_aside(index) == digest:
                    continue
                log(f"{self._source.file.path}: piece {index} came differently and is replaced")
                has_differed = True
                self._fill_from_aside(index)
                if self.checking.whole() == self._source.file.sha256:
                    return True
            if not has_differed:
                return False
        return False

    def _fetch_aside(self, index: int) -> str:
        self._aside_path.unlink(missing_ok=True)
        aside = PartFile(self._aside_path, self.part.pieces.alone(index), None)
        connections = self._connections(aside)
        try:
            connections.set_count(1)
            return Checking(aside, self._halt).whole()
        finally:
            self._fetched_aside_bytes += aside.written_bytes
            self._close(connections, aside)

    def _fill_from_aside(self, index: int) -> None:
        """Put the piece that was fetched aside in the place of the one in the part file."""
        self.part.reset(index, hold=True)
        with self._aside_path.open("rb") as file:
            while data := file.read(1 << 20):
                self._halt.check()
                self.part.write(index, data)
        self.part.release(index)

    def _connections(self, part: PartFile) -> Connections:
        return Connections(part, self._source, self._limit, self._meter, self._halt, self._stop_for)

    def _stop_for(self, error: Exception) -> None:
        self._error = self._error or error
        self._halt.set()

    def _close(self, connections: Connections, part: PartFile) -> None:
        connections.finish()
        if self._halt.is_set():
            self._halt.quiet()
        with contextlib.suppress(OSError):
            part.close()


def _wrong_on_the_hub(path: str) -> Problem:
    return Problem(
        kind="hash_mismatch",
        title=tr("The file does not match its checksum"),
        message=tr(
            "{path} was fetched twice and came the same way, but the hub's checksum for it "
            "is another.",
            path=path,
        ),
        remedy=tr("Try again later, or choose another repository of the same model."),
    )
