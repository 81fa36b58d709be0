"""Models and records as they lie on a disk, made in a few bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path

from app.local_models import LocalModel, LocalModels
from runtime.model_records import ModelRecord, RecordedFile, write_record
from tests.gguf import crafted


def put_model(path: Path, name: str = "", data_bytes: int = 128, **pairs: str) -> Path:
    """A model nobody else has: its name is in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    said = {"general__name": name or path.stem, **pairs}
    extra = [crafted.text_pair(key.replace("__", "."), text) for key, text in said.items()]
    path.write_bytes(crafted.gguf((*crafted.MODEL_PAIRS, *extra), data_bytes=data_bytes))
    return path


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def put_record(models_dir: Path, *paths: Path, source: str = "hub", **facts: str) -> ModelRecord:
    """A record with the true sha256 of each file."""
    files = tuple(
        RecordedFile(
            path.relative_to(models_dir).as_posix()
            if path.is_relative_to(models_dir)
            else str(path),
            path.stat().st_size,
            sha256_of(path),
        )
        for path in paths
    )
    record = ModelRecord(files, source, 1.0, **facts)
    write_record(models_dir, record)
    return record


def shelf_of(models_dir: Path) -> LocalModels:
    return LocalModels(models_dir, models_dir.parent / "cache" / "headers.json")


def model_of(models_dir: Path, model_id: str) -> LocalModel:
    return shelf_of(models_dir).find(model_id)


def everything_in(folder: Path) -> list[str]:
    """Every file below `folder`, from it on."""
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()
    )
