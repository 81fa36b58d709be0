"""What is kept of earlier looks: when, what was found, and the newest manifest ever believed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec

from app.json_file import Unreadable, read_json, write_json
from app.updates.finding import Finding

LOOK_EVERY_S = 24 * 3600.0


class UpdateMemory(msgspec.Struct, frozen=True):
    """`finding` is what `found_by`, a version of this program, found with `key`. `told` is the
    version that a notice has told of.
    """

    asked_at_s: float = 0.0
    key: str = ""
    seen_issued_at: datetime | None = None
    finding: Finding | None = None
    found_by: str = ""
    told: str = ""


def read_memory(path: Path) -> UpdateMemory:
    """An empty one where the file can't be used: looking once more does no harm."""
    try:
        return read_json(path, UpdateMemory) or UpdateMemory()
    except Unreadable:
        return UpdateMemory()


def save_memory(path: Path, memory: UpdateMemory) -> None:
    """Raises CoterieError of kind "not_saved"."""
    write_json(path, memory)


def is_due(memory: UpdateMemory, now_s: float) -> bool:
    """Whether a day has passed. A clock that was set back does not put it off for ever."""
    return not 0 <= now_s - memory.asked_at_s < LOOK_EVERY_S


def seen_issued_at(memory: UpdateMemory, key: str) -> datetime | None:
    """The newest manifest believed of this key; another key's says nothing of it."""
    return memory.seen_issued_at if memory.key == key else None


def with_finding(memory: UpdateMemory, finding: Finding, key: str, version: str) -> UpdateMemory:
    """The same after a look."""
    return UpdateMemory(
        asked_at_s=memory.asked_at_s,
        key=key,
        seen_issued_at=finding.issued_at or seen_issued_at(memory, key),
        finding=finding,
        found_by=version,
        told=memory.told,
    )


def finding_for(memory: UpdateMemory, key: str, version: str) -> Finding | None:
    """What was found, unless another version of this program or another key found it."""
    is_ours = memory.key == key and memory.found_by == version
    return memory.finding if is_ours else None
