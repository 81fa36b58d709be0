"""Whether a queue of downloads fits on the disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from runtime.errors import Problem
from runtime.language import number, tr

RESERVE_BYTES = 512 << 20


@dataclass(frozen=True)
class Demand:
    """What one download still writes. A running one has its place already."""

    id: str
    left_bytes: int
    is_running: bool = False


def that_fit(queue: Sequence[Demand], free_bytes: int, reserve_bytes: int) -> dict[str, int]:
    """How many bytes each download lacks, 0 for those that fit; who comes first is served first.

    The running ones are served before all others. One too large does not stop a smaller one
    behind it.
    """
    room = free_bytes - reserve_bytes - sum(one.left_bytes for one in queue if one.is_running)
    lacking: dict[str, int] = {}
    for one in queue:
        if one.is_running:
            lacking[one.id] = 0
            continue
        lacking[one.id] = max(0, one.left_bytes - room) if one.left_bytes else 0
        if not lacking[one.id]:
            room -= one.left_bytes
    return lacking


def too_little(lacking_bytes: int, models_dir: str) -> Problem:
    return Problem(
        kind="disk_full",
        title=tr("Not enough room on the disk"),
        message=tr(
            "{size} more are needed where {folder} is.",
            size=_gigabytes(lacking_bytes),
            folder=models_dir,
        ),
        remedy=tr("Free that much, or delete a model. The download then goes on by itself."),
    )


def ran_full(models_dir: str, left_bytes: int) -> Problem:
    return Problem(
        kind="disk_full",
        title=tr("The disk is full"),
        message=tr(
            "{size} are still to be written to {folder}. What was fetched is kept.",
            size=_gigabytes(left_bytes),
            folder=models_dir,
        ),
        remedy=tr("Free that much, or delete a model. The download then goes on by itself."),
    )


def _gigabytes(size_bytes: int) -> str:
    if size_bytes < 100_000_000:
        return f"{max(1, round(size_bytes / 1e6 + 0.5))} MB"
    return f"{number(size_bytes / 1e9 + 0.05, '.1f')} GB"
