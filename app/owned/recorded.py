"""The record of a model, by the path of its first file."""

from __future__ import annotations

import os
from pathlib import Path

from runtime.model_records import ModelRecord, read_records


def recorded_path(models_dir: Path, path: Path) -> str:
    """`path` as a record has it: from the models folder on, or whole for a linked file."""
    if path.is_relative_to(models_dir):
        return path.relative_to(models_dir).as_posix()
    return os.fspath(path)


def record_of(models_dir: Path, path: Path) -> ModelRecord | None:
    """The record of the model whose first file is `path`."""
    first = recorded_path(models_dir, path)
    for record in read_records(models_dir):
        if record.files and record.files[0].path == first:
            return record
    return None
