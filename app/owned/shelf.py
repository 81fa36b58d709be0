"""Which models there are, each once: files of the models folder and linked ones, with records."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple

from app.owned.model_files import SUFFIX, ModelFiles, files_at, models_under
from app.owned.record_index import RecordSummary
from runtime.gguf.split_files import model_stem


class ShelfEntry(NamedTuple):
    """One model. `record` is None for a file somebody put there by hand.

    `digests` are the sha256 of its files, where all are known and the sizes are still those of the
    record.
    """

    id: str
    files: ModelFiles
    record: RecordSummary | None
    is_linked: bool
    digests: tuple[str, ...]
    is_shipped: bool = False


def shelf_entries(models_dir: Path, records: Iterable[RecordSummary]) -> list[ShelfEntry]:
    """All of them, those of the folder before linked ones. A linked one may be gone."""
    folder = os.fspath(models_dir)
    inside, linked = _by_path(folder, records)
    found = models_under(folder)
    found.sort(key=lambda model: _place(model.path))
    entries = _Entries(folder)
    for files in found:
        entries.add(files, inside.get(files.path), is_linked=False)
    for path, record in linked.items():
        entries.add(files_at(path), record, is_linked=True)
    return entries.all


def shipped_entries(paths: Iterable[Path], others: Iterable[ShelfEntry]) -> list[ShelfEntry]:
    """Models that came with the program, but those of which the person has a copy of that name."""
    ids = {entry.id for entry in others}
    files = [files_at(os.fspath(path)) for path in paths]
    return [
        ShelfEntry(model_id, found, None, False, (), is_shipped=True)
        for found in files
        if found.parts and (model_id := _stem(found.path, None)) not in ids
    ]


class _Entries:
    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._ids: set[str] = set()
        self._seen: set[tuple[int, int] | tuple[str, ...]] = set()
        self.all: list[ShelfEntry] = []

    def add(self, files: ModelFiles, record: RecordSummary | None, *, is_linked: bool) -> None:
        digests = known_digests(files, record)
        if self._is_known(files, digests):
            return
        stem = _stem(files.path, record)
        model_id = next(
            candidate
            for candidate in _ids(stem, files.path, "" if is_linked else self._folder)
            if candidate not in self._ids
        )
        self._ids.add(model_id)
        self.all.append(ShelfEntry(model_id, files, record, is_linked, digests))

    def _is_known(self, files: ModelFiles, digests: tuple[str, ...]) -> bool:
        """Whether this is a model added before: by another name, or a copy of it."""
        if len(files.parts) != files.part_count:
            return False
        marks: list[tuple[int, int] | tuple[str, ...]] = [digests] if digests else []
        if files.parts[0].identity[1]:  # Windows says 0 while it lists a folder.
            marks.append(files.parts[0].identity)
        known = any(mark in self._seen for mark in marks)
        self._seen.update(marks)
        return known


def known_digests(files: ModelFiles, record: RecordSummary | None) -> tuple[str, ...]:
    """The sha256 of each file; nothing where one is unknown or a file is not the recorded one."""
    if record is None or len(record.files) != len(files.parts):
        return ()
    for part, recorded in zip(files.parts, record.files, strict=True):
        if not recorded.sha256 or part.size_bytes != recorded.size_bytes:
            return ()
    return tuple(recorded.sha256 for recorded in record.files)


def _by_path(
    folder: str, records: Iterable[RecordSummary]
) -> tuple[dict[str, RecordSummary], dict[str, RecordSummary]]:
    """Records by the path of their first file: in the folder, and linked ones."""
    inside: dict[str, RecordSummary] = {}
    linked: dict[str, RecordSummary] = {}
    for record in records:
        path = record.files[0].path
        if is_absolute(path):
            linked[path] = record
        else:
            inside[f"{folder}{os.sep}{path.replace('/', os.sep)}"] = record
    return inside, dict(sorted(linked.items()))


def is_absolute(path: str) -> bool:
    """Whether a record's path is that of a linked file."""
    return os.path.isabs(path)  # noqa: PTH117 - a Path for each costs more than all the rest


def _place(path: str) -> tuple[int, list[str]]:
    names = path.split(os.sep)  # noqa: PTH206 - as above
    return len(names), names


def _stem(path: str, record: RecordSummary | None) -> str:
    if record is not None and record.name:
        return record.name.lower()
    name = path.rpartition(os.sep)[2]
    if "-of-" in name:
        return model_stem(Path(path)).lower()
    return (name[:-5] if name[-5:].lower() == SUFFIX else name).lower()


def _ids(stem: str, path: str, folder: str) -> Iterator[str]:
    """The stem, then after its folder, then numbered."""
    yield stem
    if folder:
        yield Path(path).relative_to(folder).with_name(stem).as_posix().lower()
    for number in count(2):
        yield f"{stem}-{number}"
