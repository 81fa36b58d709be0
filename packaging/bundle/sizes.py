"""How large the bundle is, by part."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

STARTER = "starter model"
# Of an installed bundle without it.
LIMIT_BYTES = 230 * 10**6
_PARTS = (
    ("Qt", ("_internal/PySide6/", "_internal/shiboken6/")),
    ("engine", ("_internal/llama_cpp/", "_internal/libgomp.so.1")),
    ("numpy", ("_internal/numpy/", "_internal/numpy.libs/")),
    (STARTER, ("_internal/starter/",)),
    ("licences", ("_internal/licences/",)),
    ("assets", ("_internal/assets/",)),
    ("Python", ("_internal/libpython", "_internal/python3", "_internal/base_library.zip")),
    ("programs", ("coterie",)),
    ("system libraries", ("_internal/lib",)),
)
OTHER = "other packages"


def part_of(place: str) -> str:
    """The part that the file at `place` belongs to."""
    for name, beginnings in _PARTS:
        if place.startswith(beginnings):
            return name
    return OTHER


def sizes(files: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Bytes by part, the largest first."""
    totals: dict[str, int] = {}
    for place, size_bytes in files:
        part = part_of(place)
        totals[part] = totals.get(part, 0) + size_bytes
    return dict(sorted(totals.items(), key=lambda item: -item[1]))


def measured(bundle: Path) -> dict[str, int]:
    """The bundle's parts as they are on the disk; folders and links count with their own size."""
    paths = (bundle, *bundle.rglob("*"))
    return sizes((path.relative_to(bundle).as_posix(), path.lstat().st_size) for path in paths)


def table(parts: dict[str, int]) -> str:
    """For people, in MB."""
    rows = [*parts.items(), ("all", sum(parts.values()))]
    lines = [f"  {name:<18}{size_bytes / 10**6:8.1f} MB" for name, size_bytes in rows]
    return "\n".join((*lines, limit_line(parts)))


def limit_line(parts: dict[str, int]) -> str:
    """The size beside what it may be."""
    size_bytes = sum(parts.values()) - parts.get(STARTER, 0)
    verdict = "within" if size_bytes <= LIMIT_BYTES else "OVER"
    return (
        f"Installed without the starter model: {size_bytes / 10**6:.1f} MB, "
        f"{verdict} {LIMIT_BYTES // 10**6} MB"
    )
