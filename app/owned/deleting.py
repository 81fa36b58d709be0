"""Takes a model out of the list, with its files unless they belong to another program."""

from __future__ import annotations

import contextlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from app.local_models import LocalModel, UnusableModel
from app.owned.recorded import recorded_path
from app.owned.trash import put_in_trash
from app.owned.work import telling
from runtime.errors import CoterieError, Problem
from runtime.gguf.split_files import part_paths
from runtime.language import tr
from runtime.model_records import forget_record


@dataclass(frozen=True)
class Deleted:
    """`paths` are the files that are gone from their place: none for a linked model.

    `freed_bytes` is what the disk has more now: 0 for a linked model, for what is in the trash, and
    for a file that is there under another name too.
    """

    paths: tuple[Path, ...]
    size_bytes: int
    freed_bytes: int
    is_in_trash: bool
    is_linked: bool


def delete_model(model: LocalModel | UnusableModel, models_dir: Path, *, to_trash: bool) -> Deleted:
    """Delete all files of `model`, put them into the trash, or only forget the link.

    Raises CoterieError: "no_trash", "not_in_list" for a file from anywhere, "model_shipped" as
    `check_shipped` does, and others.
    """
    check_shipped(model)
    with telling(tr("The model could not be deleted")):
        if model.is_linked:
            forget_record(models_dir, recorded_path(models_dir, model.path))
            return Deleted((), 0, 0, is_in_trash=False, is_linked=True)
        if not model.path.is_relative_to(models_dir):
            raise CoterieError(_not_in_list(model.path))
        paths = tuple(path for path in part_paths(model.path) if os.path.lexists(path))
        states = [path.lstat() for path in paths]
        if to_trash:
            put_in_trash(paths)
        else:
            for path in paths:
                path.unlink()
        forget_record(models_dir, recorded_path(models_dir, model.path))
        _remove_empty_folders(model.path.parent, models_dir)
    size_bytes = sum(state.st_size for state in states)
    freed_bytes = 0 if to_trash else sum(_freed(state) for state in states)
    return Deleted(paths, size_bytes, freed_bytes, is_in_trash=to_trash, is_linked=False)


def check_shipped(model: LocalModel | UnusableModel) -> None:
    """Raise CoterieError of kind "model_shipped" for a model that is a part of the program."""
    if model.is_shipped:
        raise CoterieError(
            Problem(
                "model_shipped",
                tr("This model comes with the program"),
                tr("{path} is one of the program's own files", path=model.path),
                tr("It goes when Coterie is uninstalled."),
            )
        )


def _freed(state: os.stat_result) -> int:
    is_last_name = stat.S_ISREG(state.st_mode) and state.st_nlink == 1
    return state.st_size if is_last_name else 0


def _remove_empty_folders(folder: Path, models_dir: Path) -> None:
    with contextlib.suppress(OSError):  # it is not empty, or was taken away before
        while folder != models_dir and folder.is_relative_to(models_dir):
            folder.rmdir()
            folder = folder.parent


def _not_in_list(path: Path) -> Problem:
    return Problem(
        "not_in_list",
        tr("This model is not in the list"),
        tr("{path} is not in the models folder", path=path),
        tr("Delete the file itself if it is not wanted."),
    )
