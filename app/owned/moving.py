"""Moves the whole models folder: the old one stays complete until the new one is."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.number_text import gib_unit
from app.owned.copying import PASSES, copy_checked
from app.owned.folder_tree import TreeFile, files_of, moved_link
from app.owned.importing import SPARE_BYTES, free_bytes
from app.owned.model_files import OWN_FOLDER
from app.owned.work import CANCELLED, Progress, Work, never, telling, untold
from runtime.errors import CoterieError, Problem
from runtime.language import marked, tr

_FAILED = marked("The models folder could not be moved")
_MARKER = Path(OWN_FOLDER, "moving-from")
_PARTIAL = ".coterie-part"
# What a fresh disk or a file manager puts there by itself.
_NOTHING = {"lost+found", ".ds_store", "system volume information", "desktop.ini", "thumbs.db"}
_ROUNDS = 3


@dataclass(frozen=True)
class Moved:
    """`left_behind` are files that could not be deleted in the old folder, or came there since."""

    folder: Path
    moved_bytes: int
    left_behind: tuple[Path, ...] = ()


def _nothing_to_keep() -> None:
    """No setting to change."""


def move_models(
    old: Path,
    new: Path,
    progress: Progress = untold,
    cancelled: Callable[[], bool] = never,
    settle: Callable[[], None] = _nothing_to_keep,
    free: Callable[[Path], int] = free_bytes,
) -> Moved:
    """Move everything in `old`, also unfinished downloads, to `new`: none may be running.

    `settle` is called when `new` is complete and before anything in `old` is deleted: keep there
    that the folder is another one. Cancelling deletes what was copied; after a crash or a failure
    the same call goes on where it was. Raises CoterieError.
    """
    with telling(tr(_FAILED)):
        old, new = (Path(os.path.abspath(path)) for path in (old, new))  # noqa: PTH100
        _check_places(old, new)
        is_new = not new.exists()
        _check_writable(new)
        if not old.exists():
            settle()
            return Moved(new, 0)
        if _is_same_disk(old, new) and not any(new.iterdir()):
            with contextlib.suppress(OSError):  # then it is copied
                return _renamed(old, new, settle)
        return _Move(old, new, is_new=is_new).run(progress, cancelled, settle, free)


class _Move:
    def __init__(self, old: Path, new: Path, *, is_new: bool) -> None:
        self._old = old
        self._new = new
        self._is_new = is_new
        self._copied: dict[str, TreeFile] = {}
        # Names that were in the new folder before, which no copy may take.
        self._taken: set[str] = set()

    def run(
        self,
        progress: Progress,
        cancelled: Callable[[], bool],
        settle: Callable[[], None],
        free: Callable[[Path], int],
    ) -> Moved:
        self._find_copied_before()
        missing = self._missing()
        needed_bytes = sum(file.size_bytes for file in missing.values())
        if free(self._new) < needed_bytes + SPARE_BYTES:
            raise CoterieError(_no_space(needed_bytes + SPARE_BYTES, free(self._new)))
        self._mark()
        try:
            work = Work(PASSES * needed_bytes, progress, cancelled)
            for _ in range(_ROUNDS):
                for name, file in missing.items():
                    self._copy(name, file, work)
                # A file may have come or changed meanwhile.
                missing = self._missing()
        except CoterieError as error:
            if error.problem.kind == CANCELLED:
                self._undo()
            raise
        if missing:
            raise CoterieError(_keeps_changing(self._old))
        settle()
        (self._new / _MARKER).unlink()
        moved_bytes = sum(file.size_bytes for file in self._copied.values())
        return Moved(self._new, moved_bytes, self._delete_old())

    def _find_copied_before(self) -> None:
        """What a move that was cut off has copied. Any other file of a same name is a conflict."""
        there = _files(self._new)
        began = _marked(self._new, self._old)
        self._taken = set(there) if began is None else began
        for name, file in _files(self._old).items():
            self._refuse_taken(name)
            if file.is_same(there.get(name)):
                self._copied[name] = file
            elif name in there:
                (self._new / name).unlink()

    def _refuse_taken(self, name: str) -> None:
        if name in self._taken:
            raise CoterieError(_taken(self._new / name))

    def _missing(self) -> dict[str, TreeFile]:
        return {
            name: file
            for name, file in _files(self._old).items()
            if not file.is_same(self._copied.get(name))
        }

    def _mark(self) -> None:
        path = self._new / _MARKER
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\0".join(map(os.fsencode, (os.fspath(self._old), *self._taken))))

    def _copy(self, name: str, file: TreeFile, work: Work) -> None:
        work.check()
        self._refuse_taken(name)
        source, target = self._old / name, self._new / name
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f".{target.name[:200]}{_PARTIAL}")
        partial.unlink(missing_ok=True)
        if file.link:
            partial.symlink_to(moved_link(name, file.link, self._old, self._new))
        else:
            copy_checked(source, partial, work.advance)
        partial.replace(target)
        self._copied[name] = file

    def _undo(self) -> None:
        for name in self._copied:
            (self._new / name).unlink(missing_ok=True)
        (self._new / _MARKER).unlink(missing_ok=True)
        _remove_empty(self._new, itself=self._is_new)

    def _delete_old(self) -> tuple[Path, ...]:
        with contextlib.suppress(OSError):
            (self._old / _MARKER).unlink()
        for name, file in files_of(self._old).items():
            if file.is_same(self._copied.get(name)):
                with contextlib.suppress(OSError):
                    (self._old / name).unlink()
        _remove_empty(self._old, itself=True)
        left = files_of(self._old) if self._old.exists() else {}
        return tuple(self._old / name for name in left)


def _renamed(old: Path, new: Path, settle: Callable[[], None]) -> Moved:
    files = files_of(old)
    new.rmdir()
    try:
        old.rename(new)
    except OSError:
        new.mkdir()
        raise
    try:
        settle()
    except BaseException:
        new.rename(old)
        raise
    for name, file in files.items():
        if file.link and file.link != (link := moved_link(name, file.link, old, new)):
            (new / name).unlink()
            (new / name).symlink_to(link)
    return Moved(new, sum(file.size_bytes for file in files.values()))


def _remove_empty(folder: Path, *, itself: bool) -> None:
    for parent, _, _ in os.walk(folder, topdown=False):
        if itself or Path(parent) != folder:
            with contextlib.suppress(OSError):  # it is not empty, or a disk is mounted there
                Path(parent).rmdir()


def _check_places(old: Path, new: Path) -> None:
    before, after = old.resolve(), new.resolve()
    if before == after:
        raise CoterieError(_refused(tr("{folder} is the models folder already", folder=new)))
    if after.is_relative_to(before) or before.is_relative_to(after):
        message = tr("{old} and {new} lie one inside the other", old=old, new=new)
        raise CoterieError(_refused(message))
    if new.exists() and not new.is_dir():
        raise CoterieError(_refused(tr("{path} is a file", path=new)))
    if new.exists() and not (new / OWN_FOLDER).is_dir():
        others = [path for path in new.iterdir() if path.name.lower() not in _NOTHING]
        if others:
            message = tr("{folder} is not empty and no models folder", folder=new)
            raise CoterieError(_refused(message))


def _check_writable(new: Path) -> None:
    new.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=new):
        pass


def _is_same_disk(old: Path, new: Path) -> bool:
    return old.stat().st_dev == new.stat().st_dev


def _files(folder: Path) -> dict[str, TreeFile]:
    """All but the note of a move that was cut off."""
    return {name: file for name, file in files_of(folder).items() if name != os.fspath(_MARKER)}


def _marked(new: Path, old: Path) -> set[str] | None:
    """What was in `new` before a move from `old` that was cut off; None when there was no such."""
    try:
        origin, *names = (new / _MARKER).read_bytes().split(b"\0")
    except OSError:
        return None
    return set(map(os.fsdecode, names)) if os.fsdecode(origin) == os.fspath(old) else None


def _refused(message: str) -> Problem:
    return Problem("folder_refused", tr(_FAILED), message, tr("Choose an empty folder."))


def _taken(path: Path) -> Problem:
    remedy = tr("Rename or delete one of them, or choose an empty folder.")
    message = tr("There is another file {path}", path=path)
    return Problem("name_taken", tr(_FAILED), message, remedy)


def _no_space(needed_bytes: int, free: int) -> Problem:
    message = tr(
        "It needs {needed} and that disk has {free} left",
        needed=gib_unit(needed_bytes),
        free=gib_unit(free),
    )
    remedy = tr("Free some space there, or choose another disk.")
    return Problem("disk_full", tr(_FAILED), message, remedy)


def _keeps_changing(old: Path) -> Problem:
    message = tr("Files in {folder} keep changing", folder=old)
    remedy = tr("Pause the downloads, then move it again.")
    return Problem("folder_busy", tr(_FAILED), message, remedy)
