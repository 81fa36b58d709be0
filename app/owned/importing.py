"""Takes models that are on this disk into the list: linked, copied or moved."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil

from app.number_text import gib_unit
from app.owned.copying import PASSES, copy_checked, take_name
from app.owned.digests import FileDigest
from app.owned.found_model import FoundModel, source_name
from app.owned.import_sources import (
    ImportSource,
    already_there,
    file_name,
    look_at,
    own_folder,
    with_digests,
)
from app.owned.model_files import OWN_FOLDER, SUFFIX
from app.owned.recorded import recorded_path
from app.owned.work import Progress, Work, never, telling, untold
from runtime.errors import CoterieError, Problem
from runtime.gguf.split_files import model_stem
from runtime.language import marked, tr
from runtime.model_records import ModelRecord, RecordedFile, write_record

How = Literal["link", "copy", "move"]
SPARE_BYTES = 256 << 20
_PARTIALS = Path(OWN_FOLDER, "imports")
_FAILED = marked("The model could not be imported")


@dataclass(frozen=True)
class Imported:
    """One model now in the list, with its first file. `was_known` says that it was before."""

    path: Path
    size_bytes: int
    was_known: bool = False


@dataclass(frozen=True)
class ImportResult:
    """`problems` are of files that were left out, or could not be deleted after a move."""

    models: tuple[Imported, ...]
    problems: tuple[Problem, ...]


def free_bytes(folder: Path) -> int:
    """What the disk of `folder`, which may not be there yet, has left."""
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    return shutil.disk_usage(existing).free


@dataclass(frozen=True)
class Surroundings:
    """The clock and the disk's free space, as tests may have them."""

    now_s: Callable[[], float] = time.time
    free_bytes: Callable[[Path], int] = free_bytes


def import_model(
    what: Path | FoundModel,
    how: How,
    models_dir: Path,
    progress: Progress = untold,
    cancelled: Callable[[], bool] = never,
    surroundings: Surroundings | None = None,
) -> ImportResult:
    """Import a file (with the other parts of a split model), a folder, or another program's model.

    Raises CoterieError: of kind "cancelled" when told to stop, "disk_full", "model_unreadable" and
    others. Models finished before then stay; of the one at work nothing is left behind.
    """
    with telling(tr(_FAILED)):
        found = look_at(what)
        importing = _Import(how, models_dir, surroundings or Surroundings())
        new, models = [], []
        for source in found.sources:
            if known := already_there(source, models_dir):
                models.append(Imported(known, source.model.size_bytes, was_known=True))
            else:
                new.append(source)
        work = importing.prepare(new, progress, cancelled)
        models += [importing.take(source, work) for source in new]
        return ImportResult(tuple(models), (*found.problems, *importing.problems))


class _Import:
    def __init__(self, how: How, models_dir: Path, surroundings: Surroundings) -> None:
        self._how = how
        self._models_dir = models_dir
        self._surroundings = surroundings
        self.problems: list[Problem] = []

    def prepare(
        self, sources: list[ImportSource], progress: Progress, cancelled: Callable[[], bool]
    ) -> Work:
        """Refuse what can't be done before anything is."""
        if self._how == "move":
            for source in sources:
                _refuse_to_move(source)
        copied = [source for source in sources if self._is_copied(source)]
        needed_bytes = sum(source.model.size_bytes for source in copied)
        if copied:
            _clear_partials(self._models_dir / _PARTIALS)
            free = self._surroundings.free_bytes(self._models_dir)
            if free < needed_bytes + SPARE_BYTES:
                raise CoterieError(_no_space(needed_bytes + SPARE_BYTES, free))
        return Work(PASSES * needed_bytes, progress, cancelled)

    def take(self, source: ImportSource, work: Work) -> Imported:
        work.check()
        if self._how == "link":
            paths, digests = source.model.paths, source.model.digests
            self._record(source, paths, tuple(FileDigest(0, sha256, ()) for sha256 in digests))
        elif self._is_copied(source):
            return self._copy(source, work)
        else:
            paths = self._targets(source)
            _rename_all(source.model.paths, paths)
            digests = source.model.digests
            self._record(source, paths, tuple(FileDigest(0, sha256, ()) for sha256 in digests))
        return Imported(paths[0], source.model.size_bytes)

    def _is_copied(self, source: ImportSource) -> bool:
        if self._how != "move":
            return self._how == "copy"
        self._models_dir.mkdir(parents=True, exist_ok=True)
        return source.path.stat().st_dev != self._models_dir.stat().st_dev

    def _copy(self, source: ImportSource, work: Work) -> Imported:
        size_bytes = source.model.size_bytes
        with self._partials(len(source.model.paths)) as partials:
            digests = tuple(
                copy_checked(path, partial, work.advance)
                for path, partial in zip(source.model.paths, partials, strict=True)
            )
            found = tuple(digest.sha256 for digest in digests)
            if source.model.digests not in ((), found):
                raise CoterieError(_damaged(source))
            if known := with_digests(found, self._models_dir):
                return Imported(known, size_bytes, was_known=True)
            targets = self._targets(source)
            _rename_all(partials, targets)
            self._record(source, targets, digests)
        if self._how == "move":
            self._delete(source.model.paths)
        return Imported(targets[0], size_bytes)

    def _delete(self, paths: tuple[Path, ...]) -> None:
        for path in paths:
            try:
                path.unlink()
            except OSError as error:
                self.problems.append(_still_there(path, error.strerror or str(error)))

    @contextlib.contextmanager
    def _partials(self, count: int) -> Iterator[tuple[Path, ...]]:
        """Names to copy to, whose files are gone after the block."""
        folder = self._models_dir / _PARTIALS
        folder.mkdir(parents=True, exist_ok=True)
        began = f"{os.getpid()}-{time.monotonic_ns()}"
        paths = tuple(folder / f"{began}-{number}.part" for number in range(count))
        try:
            yield paths
        finally:
            for path in paths:
                path.unlink(missing_ok=True)
            with contextlib.suppress(OSError):
                folder.rmdir()

    def _targets(self, source: ImportSource) -> tuple[Path, ...]:
        """Names in the models folder that no file has yet, all in one folder."""
        names = [file_name(source, path) for path in source.model.paths]
        stem = model_stem(Path(names[0]))
        folders = [self._models_dir, self._models_dir / own_folder(source)]
        folders += [self._models_dir / f"{stem}-{number}" for number in range(2, 100)]
        for folder in folders:
            if not any(os.path.lexists(folder / name) for name in names):
                folder.mkdir(parents=True, exist_ok=True)
                return tuple(folder / name for name in names)
        raise CoterieError(_name_taken(names[0]))

    def _record(
        self, source: ImportSource, paths: tuple[Path, ...], digests: tuple[FileDigest, ...]
    ) -> None:
        known = digests or (FileDigest(0, "", ()),) * len(paths)
        files = tuple(
            RecordedFile(
                recorded_path(self._models_dir, path),
                path.stat().st_size,
                digest.sha256,
                digest.pieces,
            )
            for path, digest in zip(paths, known, strict=True)
        )
        now_s = self._surroundings.now_s()
        record = ModelRecord(
            files,
            source.model.source,
            now_s,
            repo=source.model.repo,
            revision=source.model.revision,
            licence=source.shape.licence,
            verified_at_s=now_s if any(digest.pieces for digest in digests) else 0.0,
            name="" if paths[0].suffix.lower() == SUFFIX else source.model.name,
        )
        write_record(self._models_dir, record)


def _rename_all(sources: tuple[Path, ...], targets: tuple[Path, ...]) -> None:
    """All files get their names or none does."""
    done: list[tuple[Path, Path]] = []
    try:
        for source, target in zip(sources, targets, strict=True):
            take_name(source, target)
            done.append((source, target))
    except BaseException:
        for source, target in done:
            target.rename(source)
        raise


def _clear_partials(folder: Path) -> None:
    """Delete what an import left that was killed."""
    for path in folder.glob("*.part"):
        pid = path.name.partition("-")[0]
        if not (pid.isdecimal() and psutil.pid_exists(int(pid))):
            path.unlink(missing_ok=True)


def _refuse_to_move(source: ImportSource) -> None:
    """A program that keeps files under their hashes would be left with a list of missing ones."""
    is_kept = any(path.is_symlink() or path.suffix.lower() != SUFFIX for path in source.model.paths)
    if is_kept:
        raise CoterieError(
            Problem(
                "import_kept",
                tr("This model can't be moved"),
                tr("{path} belongs to a program that would miss it", path=source.path),
                tr("Link it, which takes no space, or copy it."),
            )
        )


def _no_space(needed_bytes: int, free: int) -> Problem:
    return Problem(
        "disk_full",
        tr(_FAILED),
        tr(
            "It needs {needed} and the disk has {free} left",
            needed=gib_unit(needed_bytes),
            free=gib_unit(free),
        ),
        tr("Free some space, or link the model: that takes none."),
    )


def _still_there(path: Path, reason: str) -> Problem:
    return Problem(
        "not_deleted",
        tr("The model was copied, not moved"),
        tr("{path} could not be deleted ({reason})", path=path, reason=reason),
        tr("Delete it by hand: the copy is complete."),
    )


def _damaged(source: ImportSource) -> Problem:
    program = source_name(source.model.source)
    return Problem(
        "model_damaged",
        tr("The model file is damaged"),
        tr(
            "{path} does not have the sha256 that {program} states for it",
            path=source.path,
            program=program,
        ),
        tr("Download it again in {program}.", program=program),
    )


def _name_taken(name: str) -> Problem:
    return Problem(
        "name_taken",
        tr(_FAILED),
        tr("There are too many files called {name} already", name=name),
        tr("Delete or rename some of them."),
    )
