"""Gives verified files their final names, and says what is there already under them."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from runtime.downloads.file_names import final_path
from runtime.downloads.file_run import Verified
from runtime.downloads.frames import DownloadRequest
from runtime.downloads.halt import Halt
from runtime.downloads.journal import sync_folder
from runtime.errors import CoterieError, Problem
from runtime.hub.frames import HubFile
from runtime.language import tr
from runtime.model_records import (
    PIECE_BYTES,
    ModelRecord,
    RecordedFile,
    read_records,
    write_record,
)


@dataclass(frozen=True)
class Ready:
    """A file whose bytes are right. `part_path` is None when it has its final name already."""

    path: Path
    size_bytes: int
    verified: Verified
    part_path: Path | None


def already_there(
    models_dir: Path, request: DownloadRequest, file: HubFile, known: Verified | None, halt: Halt
) -> Ready | None:
    """`file` under its final name, None when nothing is there.

    `known` is what our own journal found right. Raises CoterieError of kind "file_exists" for
    another file, Halted, OSError.
    """
    path = final_path(models_dir, request.repo, file.path)
    if not os.path.lexists(path):
        return None
    if not path.is_file() or path.stat().st_size != file.size_bytes:
        raise CoterieError(_in_the_way(path))
    relative = path.relative_to(models_dir).as_posix()
    verified = known or _recorded(models_dir, relative, file) or _hashed(path, halt)
    if file.sha256 and verified.sha256 != file.sha256:
        raise CoterieError(_in_the_way(path))
    return Ready(path, file.size_bytes, verified, None)


def give_names(models_dir: Path, ready: Sequence[Ready]) -> None:
    """Rename the parts, the first file last: a half model is never found. Raises OSError.

    Raises CoterieError of kind "file_exists" when another file has taken a name meanwhile.
    """
    for one in reversed(ready):
        if one.part_path is None:
            continue
        _make_folders(models_dir, one.path.parent)
        try:
            _rename_to_new(one.part_path, one.path)
        except FileExistsError as error:
            raise CoterieError(_in_the_way(one.path)) from error
        sync_folder(one.path.parent)


def keep_record(models_dir: Path, request: DownloadRequest, ready: Sequence[Ready]) -> None:
    """Raises OSError."""
    now_s = time.time()
    record = ModelRecord(
        files=tuple(
            RecordedFile(
                path=one.path.relative_to(models_dir).as_posix(),
                size_bytes=one.size_bytes,
                sha256=one.verified.sha256,
                pieces=one.verified.pieces,
            )
            for one in ready
        ),
        source="hub",
        added_at_s=now_s,
        repo=request.repo,
        revision=request.revision,
        licence=request.licence,
        base_model=request.base_model,
        verified_at_s=now_s,
    )
    write_record(models_dir, record)


def _rename_to_new(part: Path, path: Path) -> None:
    """A hard link fails where the name is taken; file systems without links are asked before."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:
        if os.path.lexists(path):
            raise FileExistsError(str(path)) from None
        part.rename(path)
    else:
        part.unlink()


def _make_folders(models_dir: Path, folder: Path) -> None:
    missing = []
    while folder != models_dir and not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for folder in reversed(missing):
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)


def _recorded(models_dir: Path, relative: str, file: HubFile) -> Verified | None:
    for record in read_records(models_dir):
        for one in record.files:
            if one.path == relative and one.size_bytes == file.size_bytes and one.sha256:
                return Verified(one.sha256, one.pieces)
    return None


def _hashed(path: Path, halt: Halt) -> Verified:
    whole = hashlib.sha256()
    pieces: list[str] = []
    with path.open("rb") as file:
        while True:
            piece, count = hashlib.sha256(), 0
            while count < PIECE_BYTES and (data := file.read(4 << 20)):
                halt.check()
                piece.update(data)
                whole.update(data)
                count += len(data)
            if not count:
                return Verified(whole.hexdigest(), tuple(pieces))
            pieces.append(piece.hexdigest())


def _in_the_way(path: Path) -> Problem:
    return Problem(
        kind="file_exists",
        title=tr("Another file has this name"),
        message=tr("{path} is there already, with other contents.", path=path),
        remedy=tr("Rename, move or delete it, then try again."),
    )
