"""Reads a model's files again and says whether they are still what they were."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from msgspec.structs import replace

from app.local_models import LocalModel
from app.owned.digests import FileDigest, digest_of
from app.owned.found_model import size_of
from app.owned.recorded import record_of, recorded_path
from app.owned.work import Progress, Work, never, telling, untold
from runtime.gguf.split_files import part_paths
from runtime.language import tr
from runtime.model_records import PIECE_BYTES, ModelRecord, RecordedFile, write_record

Verdict = Literal["whole", "damaged", "first"]


@dataclass(frozen=True)
class DamagedRange:
    """Bytes `begin` to before `end` of a file that are not what they were."""

    path: Path
    begin: int
    end: int


@dataclass(frozen=True)
class Verification:
    """`verdict` "first" says that there was no hash to compare with.

    The hash `is_kept` for next time unless the model is not one of the list. A model that came from
    the hub can be repaired from there.
    """

    verdict: Verdict
    damage: tuple[DamagedRange, ...]
    read_bytes: int
    can_repair: bool
    is_kept: bool = False


def verify_model(
    model: LocalModel,
    models_dir: Path,
    progress: Progress = untold,
    cancelled: Callable[[], bool] = never,
    now_s: Callable[[], float] = time.time,
) -> Verification:
    """Compare every byte with the record, or keep a record where there is none.

    Raises CoterieError, of kind "cancelled" when told to stop.
    """
    paths = part_paths(model.path)
    with telling(tr("The model could not be checked")):
        record = record_of(models_dir, model.path)
        total_bytes = size_of(paths)
        work = Work(total_bytes, progress, cancelled)
        digests = tuple(digest_of(path, work.advance) for path in paths)
        recorded = _recorded(record, paths, models_dir)
        damage = tuple(
            damaged
            for path, digest, file in zip(paths, digests, recorded, strict=True)
            for damaged in damaged_ranges(path, digest, file)
        )
        is_kept = not damage and _keep(record, model, models_dir, paths, digests, now_s())
    is_first = any(file is None or not file.sha256 for file in recorded)
    verdict: Verdict = "damaged" if damage else "first" if is_first else "whole"
    can_repair = bool(damage) and _can_repair(record)
    return Verification(verdict, damage, total_bytes, can_repair, is_kept)


def damaged_ranges(
    path: Path, digest: FileDigest, recorded: RecordedFile | None
) -> tuple[DamagedRange, ...]:
    """What of a file is not as recorded; neighbouring pieces are one range."""
    if recorded is None or not recorded.sha256 or recorded.sha256 == digest.sha256:
        return ()
    size = recorded.size_bytes
    count = -(-size // PIECE_BYTES)
    if len(recorded.pieces) != count:
        return (DamagedRange(path, 0, size),)
    ranges: list[DamagedRange] = []
    for number, piece in enumerate(recorded.pieces):
        if number < len(digest.pieces) and digest.pieces[number] == piece:
            continue
        begin = number * PIECE_BYTES
        end = min(begin + PIECE_BYTES, size)
        if ranges and ranges[-1].end == begin:
            begin = ranges.pop().begin
        ranges.append(DamagedRange(path, begin, end))
    if digest.size_bytes > size:
        ranges.append(DamagedRange(path, size, digest.size_bytes))
    # The pieces are those of another file than the whole: only all of it is certain.
    return tuple(ranges) or (DamagedRange(path, 0, size),)


def _recorded(
    record: ModelRecord | None, paths: tuple[Path, ...], models_dir: Path
) -> tuple[RecordedFile | None, ...]:
    by_path = {file.path: file for file in record.files} if record else {}
    return tuple(by_path.get(recorded_path(models_dir, path)) for path in paths)


def _keep(
    record: ModelRecord | None,
    model: LocalModel,
    models_dir: Path,
    paths: tuple[Path, ...],
    digests: tuple[FileDigest, ...],
    now_s: float,
) -> bool:
    """Whether there was a place to keep them: a record, or one to make for a file of the folder."""
    files = tuple(
        RecordedFile(
            recorded_path(models_dir, path), digest.size_bytes, digest.sha256, digest.pieces
        )
        for path, digest in zip(paths, digests, strict=True)
    )
    if record is not None:
        write_record(models_dir, replace(record, files=files, verified_at_s=now_s))
    elif model.path.is_relative_to(models_dir):
        # Another record would make a file from anywhere one of the list.
        kept = ModelRecord(files, "", now_s, licence=model.licence, verified_at_s=now_s)
        write_record(models_dir, kept)
    else:
        return False
    return True


def _can_repair(record: ModelRecord | None) -> bool:
    return record is not None and bool(record.repo and record.revision)
