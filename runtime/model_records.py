"""Where a model on the disk came from: one small JSON file for each, kept in the models folder."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec

RECORDS = Path(".coterie", "models")
DOWNLOADS = Path(".coterie", "downloads")
PIECE_BYTES = 64 << 20
_MAX_RECORD_BYTES = 4 << 20


class RecordedFile(msgspec.Struct, frozen=True):
    """`path` is relative to the models folder, or absolute for a file that was linked in place.

    `pieces` are the sha256 of each `PIECE_BYTES`, "" as a whole where only the file's is known.
    """

    path: str
    size_bytes: Annotated[int, msgspec.Meta(ge=0)]
    sha256: str
    pieces: tuple[str, ...] = ()


class ModelRecord(msgspec.Struct, frozen=True):
    """`source` is "hub", or what it was imported from ("LM Studio", "file", …).

    `verified_at_s` and `added_at_s` are Unix time. `name` is what the model is called where its
    file's name says nothing (one of Ollama's blobs).
    """

    files: tuple[RecordedFile, ...]
    source: str
    added_at_s: float
    repo: str = ""
    revision: str = ""
    licence: str = ""
    base_model: str = ""
    verified_at_s: float = 0.0
    name: str = ""


def record_path(models_dir: Path, first_file: str) -> Path:
    """Where the record of the model whose first file is `first_file` (as in the record) lies."""
    name = hashlib.sha256(first_file.encode("utf-8", "surrogateescape")).hexdigest()[:32]
    return models_dir / RECORDS / f"{name}.json"


def read_records(models_dir: Path) -> Iterator[ModelRecord]:
    """All records that can be read; a damaged one counts as none."""
    try:
        paths = sorted((models_dir / RECORDS).glob("*.json"))
    except OSError:
        return
    for path in paths:
        try:
            if path.stat().st_size <= _MAX_RECORD_BYTES:
                yield msgspec.json.decode(path.read_bytes(), type=ModelRecord)
        except (OSError, msgspec.MsgspecError):
            continue


def write_record(models_dir: Path, record: ModelRecord) -> None:
    """Keep `record`, in place of an older one of the same first file. Raises OSError."""
    path = record_path(models_dir, record.files[0].path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    with partial.open("wb") as file:
        file.write(msgspec.json.encode(record))
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def forget_record(models_dir: Path, first_file: str) -> None:
    """Drop the record of that model. Raises OSError."""
    record_path(models_dir, first_file).unlink(missing_ok=True)
