"""The model files under a folder: found in one pass, with what tells whether they changed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from runtime.gguf.split_files import part_paths

OWN_FOLDER = ".coterie"
SUFFIX = ".gguf"


class FileState(NamedTuple):
    """One file as the system describes it. `identity` is the same for two names of one file."""

    path: str
    size_bytes: int
    modified_ns: int
    identity: tuple[int, int]


class ModelFiles(NamedTuple):
    """One model by the path of its first part, and those of its parts that are there, in order."""

    path: str
    parts: tuple[FileState, ...]
    part_count: int = 1

    @property
    def stamp(self) -> tuple[int, int] | None:
        """Size of all parts and the latest change; None when a part is not there."""
        parts = self.parts
        if len(parts) == 1 == self.part_count:
            return parts[0].size_bytes, parts[0].modified_ns
        if len(parts) != self.part_count:
            return None
        return sum(part.size_bytes for part in parts), max(part.modified_ns for part in parts)


def models_under(folder: str) -> list[ModelFiles]:
    """Every model under `folder`, in no order. Coterie's own folder in it is left out.

    Folders that can't be read are left out too, and links to folders are not followed.
    """
    states: dict[str, FileState | None] = {}
    folders = [folder]
    while folders:
        inner = folders.pop()
        try:
            with os.scandir(inner) as entries:
                for entry in entries:
                    name = entry.name
                    if name[-5:].lower() == SUFFIX and not entry.is_dir():
                        states[entry.path] = _state_of(entry)
                    elif entry.is_dir(follow_symlinks=False) and name != OWN_FOLDER:
                        folders.append(entry.path)
        except OSError:
            continue
    return _grouped(states)


def files_at(path: str) -> ModelFiles:
    """The model with any of its parts at `path`, whether its files are there or not."""
    names = [str(part) for part in part_paths(Path(path))]
    states = [file_state(name) for name in names]
    return ModelFiles(names[0], tuple(state for state in states if state), len(names))


def file_state(path: str) -> FileState | None:
    """None when there is no such file or it can't be looked at."""
    try:
        return _state(path, Path(path).stat())
    except (OSError, ValueError):
        return None


def _state_of(entry: os.DirEntry[str]) -> FileState | None:
    try:
        return _state(entry.path, entry.stat())
    except OSError:
        return None


def _state(path: str, status: os.stat_result) -> FileState:
    return FileState(path, status.st_size, status.st_mtime_ns, (status.st_dev, status.st_ino))


def _grouped(states: dict[str, FileState | None]) -> list[ModelFiles]:
    models: dict[str, ModelFiles] = {}
    for path, state in states.items():
        # A regular expression for each of 500 names would cost more than looking at the files.
        if "-of-" not in path:
            models[path] = ModelFiles(path, (state,) if state else ())
            continue
        names = [str(part) for part in part_paths(Path(path))]
        if names[0] not in models:
            here = tuple(found for name in names if (found := states.get(name)))
            models[names[0]] = ModelFiles(names[0], here, len(names))
    return list(models.values())
