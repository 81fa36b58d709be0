"""A file that can't be used is kept under another name, never deleted."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from pathlib import Path

from runtime.language import tr


def set_aside(path: Path, why: str, now: datetime | None = None) -> Path | None:
    """Rename `path` to `<name>.<why>-<UTC time>`; returns the new path, None if it can't be moved.

    What SQLite keeps beside a database moves along, so the copy stays whole.
    """
    target = _free_name(path, why, now or datetime.now(UTC))
    try:
        path.rename(target)
        for suffix in ("-wal", "-shm"):
            beside = path.with_name(path.name + suffix)
            if beside.exists():
                beside.rename(target.with_name(target.name + suffix))
    except OSError:
        return None
    return target


def _free_name(path: Path, why: str, now: datetime) -> Path:
    stem = f"{path.name}.{why}-{now:%Y%m%dT%H%M%SZ}"
    names = itertools.chain((stem,), (f"{stem}-{number}" for number in itertools.count(2)))
    return next(candidate for name in names if not (candidate := path.with_name(name)).exists())


def kept_as(target: Path | None) -> str:
    """Where the file is now, as the end of a sentence."""
    if target is None:
        return tr("The file stays where it is")
    return tr("It is kept as {name}", name=target.name)
