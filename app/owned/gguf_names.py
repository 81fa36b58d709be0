"""Which files found on a disk are models, each with all its parts, going by their names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from runtime.gguf.split_files import part_paths

_COMPANION = re.compile(r"mmproj|imatrix", re.IGNORECASE)
_SHA256 = re.compile(r"[0-9a-f]{64}")


def whole_models(paths: Iterable[Path]) -> list[tuple[Path, ...]]:
    """The files of each model that is complete; projectors and the like are left out."""
    models = {part_paths(path)[0]: part_paths(path) for path in paths if not is_companion(path)}
    return [parts for parts in models.values() if all(part.is_file() for part in parts)]


def is_companion(path: Path) -> bool:
    """Whether the file goes with a model and is none itself."""
    return bool(_COMPANION.search(path.stem))


def as_sha256(text: str) -> str:
    """`text` where it is a sha256, else ""."""
    text = text.strip().strip("\"'").lower()
    return text if _SHA256.fullmatch(text) else ""
