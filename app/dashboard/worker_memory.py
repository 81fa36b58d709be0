"""The worker's memory out of /proc: cheap counters each time, the walk over its mappings seldom."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
from msgspec.structs import replace

from app.dashboard.machine_sample import WorkerMemory

# The walk over the mappings of a large model takes the kernel tens of milliseconds.
WALK_EVERY_S = 20.0
# llama.cpp maps models shared and read-only; of the files that others map so, none is this large.
LEAST_MODEL_BYTES = 1 << 20
# The C library gives larger blocks than 32 MiB a mapping of their own, and never smaller than
# 128 KiB; threads' stacks and heaps have 8 to 64 MiB with next to nothing in them.
LEAST_BUFFER_BYTES = 8 << 20
_HEAD = re.compile(r"[0-9a-f]+-[0-9a-f]+ (?P<mode>\S{4}) \S+ \S+ \S+\s*(?P<path>.*)")
# Fields of /proc/PID/stat behind the name in brackets; majflt is the 12th of all.
_MAJOR_FAULTS = 12 - 3


@dataclass(frozen=True)
class Mapping:
    """One entry of /proc/PID/smaps."""

    mode: str
    path: str
    size_bytes: int
    rss_bytes: int
    anon_bytes: int

    @property
    def is_model(self) -> bool:
        mapped = self.mode.startswith("r--s") and self.path.startswith("/")
        return mapped and self.size_bytes >= LEAST_MODEL_BYTES

    @property
    def is_buffer(self) -> bool:
        return not self.path and self.size_bytes >= LEAST_BUFFER_BYTES


@dataclass(frozen=True)
class Walk:
    """What only the mappings tell, and the counters of the same moment."""

    at_s: float
    model_mapped_bytes: int
    model_resident_bytes: int
    buffer_bytes: int
    anon_bytes: int
    file_bytes: int


class WorkerMemoryReader:
    """Reads one process at a time; `root` holds proc/."""

    def __init__(self, root: Path = Path("/")) -> None:
        self._proc = root / "proc"
        self._walked: tuple[int, Walk] | None = None

    def read(self, pid: int, now_s: float) -> WorkerMemory | None:
        """None for a process that is gone."""
        status = _lines(self._proc / str(pid) / "status")
        if status is None:
            return _elsewhere(pid)
        sizes = dict(_kilobytes(status))
        if "RssAnon" not in sizes:
            return _elsewhere(pid)
        anon, shared = sizes["RssAnon"], sizes.get("RssShmem", 0)
        in_files = sizes.get("RssFile", 0)
        memory = WorkerMemory(
            rss_bytes=anon + in_files + shared,
            anon_bytes=anon,
            file_bytes=in_files,
            shared_bytes=shared,
            swapped_bytes=sizes.get("VmSwap"),
            major_faults=self._major_faults(pid),
            read_bytes=self._read_bytes(pid),
        )
        walk = self._walk(pid, memory, now_s)
        return memory if walk is None else since(walk, memory)

    def _walk(self, pid: int, memory: WorkerMemory, now_s: float) -> Walk | None:
        known = self._walked
        if known and known[0] == pid and not _is_due(known[1], memory, now_s):
            return known[1]
        smaps = _lines(self._proc / str(pid) / "smaps")
        if not smaps:
            return None
        found = walk_of(mappings(smaps), memory, now_s)
        self._walked = (pid, found)
        return found

    def _major_faults(self, pid: int) -> int | None:
        stat = _lines(self._proc / str(pid) / "stat")
        fields = stat[0].rpartition(")")[2].split() if stat else []
        return int(fields[_MAJOR_FAULTS]) if len(fields) > _MAJOR_FAULTS else None

    def _read_bytes(self, pid: int) -> int | None:
        for line in _lines(self._proc / str(pid) / "io") or ():
            name, _, value = line.partition(": ")
            if name == "read_bytes" and value.isdigit():
                return int(value)
        return None


def _is_due(walk: Walk, memory: WorkerMemory, now_s: float) -> bool:
    """After a while, and at once when what is private has changed as a load changes it."""
    moved = abs((memory.anon_bytes or 0) - walk.anon_bytes)
    grown = (memory.file_bytes or 0) + memory.shared_bytes - walk.file_bytes
    changed = moved > LEAST_BUFFER_BYTES or grown > LEAST_BUFFER_BYTES
    return changed or now_s - walk.at_s >= WALK_EVERY_S


def mappings(smaps: Iterable[str]) -> Iterator[Mapping]:
    """The entries of /proc/PID/smaps."""
    head: re.Match[str] | None = None
    sizes: dict[str, int] = {}
    for line in smaps:
        found = _HEAD.fullmatch(line)
        if found is None:
            sizes |= _kilobytes([line])
            continue
        if head is not None:
            yield _mapping(head, sizes)
        head, sizes = found, {}
    if head is not None:
        yield _mapping(head, sizes)


def walk_of(found: Iterable[Mapping], memory: WorkerMemory, now_s: float) -> Walk:
    """The sums that matter."""
    listed = tuple(found)
    model = [mapping for mapping in listed if mapping.is_model]
    return Walk(
        now_s,
        sum(mapping.size_bytes for mapping in model),
        sum(mapping.rss_bytes for mapping in model),
        sum(mapping.anon_bytes for mapping in listed if mapping.is_buffer),
        memory.anon_bytes or 0,
        (memory.file_bytes or 0) + memory.shared_bytes,
    )


def since(walk: Walk, memory: WorkerMemory) -> WorkerMemory:
    """`memory` with what the last walk found, moved on by what the counters say has changed.

    Between two walks only the model's pages come and go in files, and only buffers grow.
    """
    anon = memory.anon_bytes or 0
    in_files = (memory.file_bytes or 0) + memory.shared_bytes
    resident = walk.model_resident_bytes + in_files - walk.file_bytes
    return replace(
        memory,
        model_mapped_bytes=walk.model_mapped_bytes,
        model_resident_bytes=min(walk.model_mapped_bytes, max(0, resident)),
        buffer_bytes=min(anon, max(0, walk.buffer_bytes + anon - walk.anon_bytes)),
    )


def _mapping(head: re.Match[str], sizes: dict[str, int]) -> Mapping:
    return Mapping(
        head["mode"],
        head["path"],
        sizes.get("Size", 0),
        sizes.get("Rss", 0),
        sizes.get("Anonymous", 0),
    )


def _kilobytes(lines: Iterable[str]) -> Iterator[tuple[str, int]]:
    """`RssAnon:   9036 kB` as ("RssAnon", bytes)."""
    for line in lines:
        name, colon, value = line.partition(":")
        words = value.split()
        if colon and len(words) == 2 and words[1] == "kB" and words[0].isdigit():
            yield name, int(words[0]) * 1024


def _lines(path: Path) -> list[str] | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None


def _elsewhere(pid: int) -> WorkerMemory | None:
    """What a system without /proc tells."""
    try:
        return WorkerMemory(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return None
