"""What this process's control group allows of CPU and memory: the limits of a container."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# cgroup v1 writes "no limit" as the largest page-aligned 64-bit number.
_V1_NO_LIMIT = 1 << 60


@dataclass(frozen=True)
class MemoryLimit:
    """The tightest limit over the process, and what its group uses of it (file cache that the
    kernel would drop first is not counted).
    """

    limit_bytes: int
    used_bytes: int


def cpu_limit_cores(root: Path = Path("/")) -> float | None:
    """CPU time allowed, in cores; None without a limit. `root` holds proc/ and sys/."""
    limits = [_v2_cores(folder) for folder in _v2_folders(root)]
    limits += [_v1_cores(folder) for folder in _v1_folders(root, "cpu")]
    return min((limit for limit in limits if limit is not None), default=None)


def memory_limit(root: Path = Path("/")) -> MemoryLimit | None:
    """The memory limit, None without one."""
    limits = [
        _memory(folder, "memory.max", "memory.current", "inactive_file")
        for folder in _v2_folders(root)
    ]
    limits += [
        _memory(folder, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
        for folder in _v1_folders(root, "memory")
    ]
    found = (limit for limit in limits if limit is not None)
    return min(found, key=lambda limit: limit.limit_bytes, default=None)


def _v2_cores(folder: Path) -> float | None:
    quota, _, period_us = _text(folder / "cpu.max").partition(" ")
    return _cores(quota, period_us)


def _v1_cores(folder: Path) -> float | None:
    return _cores(_text(folder / "cpu.cfs_quota_us"), _text(folder / "cpu.cfs_period_us"))


def _cores(quota_us: str, period_us: str) -> float | None:
    # "max" and -1 mean no limit.
    quota, period = _number(quota_us), _number(period_us)
    return quota / period if quota and period else None


def _memory(folder: Path, limit: str, usage: str, cache: str) -> MemoryLimit | None:
    limit_bytes = _number(_text(folder / limit))
    if limit_bytes is None or limit_bytes >= _V1_NO_LIMIT:
        return None
    used_bytes = _number(_text(folder / usage)) or 0
    for line in _text(folder / "memory.stat").splitlines():
        name, _, value = line.partition(" ")
        if name == cache:
            used_bytes -= _number(value) or 0
    return MemoryLimit(limit_bytes, max(0, used_bytes))


def _v2_folders(root: Path) -> Iterator[Path]:
    for _, controllers, path in _groups(root):
        if not controllers:
            for mount in ("sys/fs/cgroup", "sys/fs/cgroup/unified"):
                yield from _with_parents(root / mount, path)


def _v1_folders(root: Path, controller: str) -> Iterator[Path]:
    for _, controllers, path in _groups(root):
        if controller in controllers.split(","):
            for mount in dict.fromkeys((controller, controllers)):
                yield from _with_parents(root / "sys/fs/cgroup" / mount, path)


def _groups(root: Path) -> Iterator[tuple[str, str, str]]:
    """Lines such as `0::/user.slice` (v2) and `4:cpu,cpuacct:/docker/1f` (v1)."""
    for line in _text(root / "proc/self/cgroup").splitlines():
        number, _, rest = line.partition(":")
        controllers, colon, path = rest.partition(":")
        if colon:
            yield number, controllers, path


def _with_parents(mount: Path, path: str) -> Iterator[Path]:
    """The group's folder and those above it, up to the mount, since each may limit.

    A container often sees a path of the host that is not under its own mount; then only the mount
    is there, and it is the container's own group.
    """
    parts = [part for part in path.split("/") if part not in ("", "..")]
    for length in range(len(parts), -1, -1):
        yield mount.joinpath(*parts[:length])


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _number(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() else None
