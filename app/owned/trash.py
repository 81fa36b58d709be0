"""Puts files into the desktop's trash, as freedesktop.org's Trash specification 1.0 has it."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from runtime.errors import CoterieError, Problem
from runtime.language import tr

_MOST_OF_A_NAME = 1000


def put_in_trash(paths: tuple[Path, ...], environment: Mapping[str, str] = os.environ) -> None:
    """All of them or none. Raises CoterieError of kind "no_trash", or OSError."""
    moved: list[tuple[Path, Path, Path]] = []
    try:
        for path in paths:
            kept, info = _put(path, _Trash.for_file(path, environment))
            moved.append((path, kept, info))
    except BaseException:
        for path, kept, info in moved:
            kept.rename(path)
            info.unlink(missing_ok=True)
        raise


def has_trash(path: Path, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether `path` can go to a trash, without making one."""
    try:
        trash = _Trash.for_file(path, environment)
    except (CoterieError, OSError):
        return False
    existing = next(parent for parent in (trash.folder, *trash.folder.parents) if parent.exists())
    return os.access(existing, os.W_OK)


class _Trash:
    """One trash. Paths in it are kept from `top` on, or whole without one."""

    def __init__(self, folder: Path, top: Path | None = None) -> None:
        self.folder = folder
        self._top = top

    @classmethod
    def for_file(cls, path: Path, environment: Mapping[str, str]) -> _Trash:
        """That of the disk `path` is on: moving to another would be copying."""
        if sys.platform != "linux":
            raise _no_trash(path)
        data = environment.get("XDG_DATA_HOME") or Path(
            environment.get("HOME") or Path.home(), ".local", "share"
        )
        home = Path(data, "Trash")
        device = path.lstat().st_dev
        existing = next(parent for parent in (home, *home.parents) if parent.exists())
        if existing.stat().st_dev == device:
            return cls(home)
        top = _top_of(path.parent.resolve(), device)
        shared = top / ".Trash"
        if _is_shared_trash(shared):
            return cls(shared / str(os.getuid()), top)
        return cls(top / f".Trash-{os.getuid()}", top)

    def made(self) -> _Trash:
        for folder in (self.folder, self.folder / "files", self.folder / "info"):
            folder.mkdir(0o700, parents=True, exist_ok=True)
            if folder.is_symlink():
                raise _no_trash(folder)
        return self

    def kept_path(self, path: Path) -> str:
        path = path.parent.resolve() / path.name
        return quote(os.fsencode(path.relative_to(self._top) if self._top else path))


def _put(path: Path, trash: _Trash) -> tuple[Path, Path]:
    """The file in the trash, and its entry."""
    try:
        trash.made()
    except OSError as error:
        raise _no_trash(path) from error
    when = datetime.now().astimezone().strftime("%Y-%m-%dT%H:%M:%S")
    entry = f"[Trash Info]\nPath={trash.kept_path(path)}\nDeletionDate={when}\n"
    for number in range(1, _MOST_OF_A_NAME):
        name = path.name if number == 1 else f"{path.stem}.{number}{path.suffix}"
        info = trash.folder / "info" / f"{name}.trashinfo"
        kept = trash.folder / "files" / name
        if os.path.lexists(kept):
            continue
        try:
            with info.open("x", encoding="utf-8") as file:
                file.write(entry)
        except FileExistsError:
            continue
        try:
            path.rename(kept)
        except OSError:
            info.unlink(missing_ok=True)
            raise
        return kept, info
    raise _no_trash(path)


def _top_of(folder: Path, device: int) -> Path:
    """The uppermost folder of the disk."""
    while folder != folder.parent and folder.parent.stat().st_dev == device:
        folder = folder.parent
    return folder


def _is_shared_trash(folder: Path) -> bool:
    try:
        mode = folder.lstat().st_mode
    except OSError:
        return False
    return stat.S_ISDIR(mode) and bool(mode & stat.S_ISVTX)


def _no_trash(path: Path) -> CoterieError:
    return CoterieError(
        Problem(
            "no_trash",
            tr("There is no trash for this file"),
            tr("The disk of {path} has none that can be used", path=path),
            tr("Delete it for good instead."),
        )
    )
