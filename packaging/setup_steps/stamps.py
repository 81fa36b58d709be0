"""What has been set up already, so that a second run has nothing to do."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from setup_steps.layout import Layout


@dataclass(frozen=True)
class Stamp:
    """The state of one environment; digests are sha256 in hex, "" where a step is not done."""

    checkout: str = ""
    python: str = ""
    locks: dict[str, str] = field(default_factory=dict)
    engine: str = ""
    project: str = ""

    def with_locks(self, locks: dict[str, str]) -> Stamp:
        return replace(self, locks={**self.locks, **locks})


def digest(*files: Path) -> str:
    """One digest over the contents of `files`."""
    total = hashlib.sha256()
    for file in files:
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def read_stamp(layout: Layout) -> Stamp | None:
    """The environment's stamp; None when there is none, or none that can be read."""
    try:
        fields = json.loads(layout.stamp.read_text(encoding="utf-8"))
        return Stamp(**fields)
    except (OSError, ValueError, TypeError):
        return None


def write_stamp(layout: Layout, stamp: Stamp) -> Stamp:
    """Keep `stamp`, whole or not at all."""
    part = layout.stamp.with_suffix(".part")
    part.write_text(json.dumps(asdict(stamp), indent=2) + "\n", encoding="utf-8")
    part.replace(layout.stamp)
    return stamp
