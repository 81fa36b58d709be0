"""A model of another program on this disk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from runtime.language import marked, tr

# What a model is from that no program keeps.
FILE = marked("file")


@dataclass(frozen=True)
class FoundModel:
    """`source` is the program ("LM Studio"). `digests` are the sha256 of each file where the
    program states them, `repo` and `revision` where the model came from where it says so.

    `is_known` says that it is in the list of models already, perhaps as another file.
    """

    name: str
    paths: tuple[Path, ...]
    size_bytes: int
    source: str
    digests: tuple[str, ...] = ()
    repo: str = ""
    revision: str = ""
    is_known: bool = False


def source_name(source: str) -> str:
    """`source` in the words of people; records have it in English."""
    return tr(source) if source else ""


def size_of(paths: Iterable[Path]) -> int:
    """Of all files together. Raises OSError."""
    return sum(path.stat().st_size for path in paths)
