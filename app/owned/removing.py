"""Removes what Coterie keeps, group by group, and nothing that others put beside it."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from app.owned.own_data import OwnGroup
from runtime.errors import CoterieError, Problem
from runtime.language import tr
from runtime.model_records import DOWNLOADS

# The folders that Coterie makes beneath COTERIE_HOME.
_OF_A_HOME = frozenset({"config", "data", "cache", "logs"})
_NAME = "coterie"


@dataclass(frozen=True)
class Removed:
    """`left` are files that could not be deleted."""

    count: int
    left: tuple[Path, ...] = ()


def check_home(home: Path) -> None:
    """Raise CoterieError of kind "home_shared" when COTERIE_HOME holds other things too.

    `data` and `logs` in it are then as likely the person's own as Coterie's.
    """
    if home.is_dir() and any(path.name not in _OF_A_HOME for path in home.iterdir()):
        raise CoterieError(
            Problem(
                "home_shared",
                tr("Nothing was deleted"),
                tr("{folder} holds other files than Coterie's", folder=home),
                tr("Delete what is Coterie's in it yourself: in config, data, cache and logs."),
            )
        )


def check_downloads(models_dir: Path) -> None:
    """Raise CoterieError of kind "download_running" when something is being downloaded there."""
    from runtime.downloads.shelf import folder_lock

    for folder in _folders_in(models_dir / DOWNLOADS):
        lock = folder_lock(folder)
        try:
            lock.acquire(blocking=False)
        except TimeoutError:
            raise CoterieError(_downloading()) from None
        lock.release()


def remove_group(group: OwnGroup) -> Removed:
    """Delete its files, then the folders that are empty without them."""
    left = []
    for file in group.files:
        try:
            file.unlink(missing_ok=True)
        except OSError:
            left.append(file)
    for folder in group.folders:
        _remove_empty(folder)
    for folder in (*group.shared, *([group.chosen] if group.chosen else [])):
        _remove_emptied(group.files, folder)
    return Removed(len(group.files) - len(left), tuple(left))


def _remove_empty(folder: Path) -> None:
    """Every empty folder in it, itself, and the one above where that is Coterie's too."""
    for parent, _, _ in os.walk(folder, topdown=False):
        _is_removed(Path(parent))
    if not folder.exists() and folder.parent.name == _NAME:
        _is_removed(folder.parent)


def _remove_emptied(files: tuple[Path, ...], shared: Path) -> None:
    """Folders in `shared` that held one of `files`. `shared` itself stays, and others' folders."""
    for parent in {file.parent for file in files}:
        inner = parent
        while inner != shared and inner.is_relative_to(shared) and _is_removed(inner):
            inner = inner.parent


def _is_removed(folder: Path) -> bool:
    with contextlib.suppress(OSError):  # it is not empty, or is not there
        folder.rmdir()
        return True
    return False


def _folders_in(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []


def _downloading() -> Problem:
    return Problem(
        "download_running",
        tr("A model is being downloaded"),
        tr("Its files are in use"),
        tr("Pause the download or end the coterie pull, then try again."),
    )
