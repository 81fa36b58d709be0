"""The worker's memory out of recorded /proc trees, and out of this machine's own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from app.dashboard.machine_sample import WorkerMemory
from app.dashboard.worker_memory import (
    WALK_EVERY_S,
    Mapping,
    WorkerMemoryReader,
    mappings,
    since,
    walk_of,
)
from tests.app.trees import write_tree

KIB, MIB = 1 << 10, 1 << 20
PID = 4711
# The worker with the starter model mapped, after a short answer; shortened, reads and swap made up.
STATUS = """Name:\tpython
VmRSS:\t  601116 kB
RssAnon:\t  141412 kB
RssFile:\t  459704 kB
RssShmem:\t       0 kB
VmData:\t  300000 kB
VmSwap:\t      64 kB
Threads:\t3
"""
STAT = f"{PID} (python -m (x)) S 1 1 1 0 -1 4194560 151346 0 33 0 120 30 0 0 20 0 3 0 99 0 0\n"
IO = "rchar: 900\nwchar: 4\nsyscr: 1\nsyscw: 1\nread_bytes: 429916160\nwrite_bytes: 0\n"
SMAPS = """5581a0000000-5581a1800000 rw-p 00000000 00:00 0                          [heap]
Size:              24576 kB
Rss:               22528 kB
Anonymous:         22528 kB
VmFlags: rd wr mr mw me ac sd
7f10c0000000-7f10da800000 r--s 00000000 fe:00 1234                       /models/star ter.gguf
Size:             434176 kB
KernelPageSize:        4 kB
Rss:              434176 kB
Anonymous:             0 kB
7f10e0000000-7f10ebc00000 rw-p 00000000 00:00 0
Size:             192512 kB
Rss:               93184 kB
Anonymous:         93184 kB
7f10f0000000-7f10f3200000 ---p 00000000 00:00 0
Size:              51200 kB
Rss:                   0 kB
Anonymous:             0 kB
7f10f4000000-7f10f4300000 rw-p 00000000 00:00 0
Size:               3072 kB
Rss:                2048 kB
Anonymous:          2048 kB
7f10f5000000-7f10f5007000 r--s 00000000 fe:00 77                         /usr/lib/gconv.cache
Size:                 28 kB
Rss:                  28 kB
Anonymous:             0 kB
"""


def tree(tmp_path: Path, **changed: str) -> Path:
    files = {"status": STATUS, "stat": STAT, "io": IO, "smaps": SMAPS} | changed
    write_tree(tmp_path, {f"proc/{PID}/{name}": text for name, text in files.items()})
    return tmp_path


def test_a_recorded_worker(tmp_path: Path) -> None:
    assert WorkerMemoryReader(tree(tmp_path)).read(PID, 1.0) == WorkerMemory(
        rss_bytes=(141412 + 459704) * KIB,
        anon_bytes=141412 * KIB,
        file_bytes=459704 * KIB,
        shared_bytes=0,
        swapped_bytes=64 * KIB,
        major_faults=33,
        read_bytes=429916160,
        model_mapped_bytes=424 * MIB,
        model_resident_bytes=424 * MIB,
        buffer_bytes=91 * MIB,
    )


@pytest.mark.parametrize(
    ("file_kib", "anon_kib", "resident_mib", "buffer_mib"),
    [
        (459704, 141412, 424, 91),
        # Evicted pages of the model, and a compute buffer that was used further.
        (459704 - 400 * 1024, 141412, 24, 91),
        (459704, 141412 + 6 * 1024, 424, 97),
        # Never less than nothing, never more than is mapped or the process has.
        (0, 141412, 0, 91),
        (459704 + 4096, 141412, 424, 91),
        (459704, 0, 424, 0),
    ],
)
def test_counters_move_the_last_walk_on(
    file_kib: int, anon_kib: int, resident_mib: int, buffer_mib: int
) -> None:
    then = WorkerMemory(601116 * KIB, 141412 * KIB, 459704 * KIB)
    walk = walk_of(mappings(SMAPS.splitlines()), then, 0.0)
    now = since(walk, WorkerMemory(0, anon_kib * KIB, file_kib * KIB))
    assert (now.model_resident_bytes or 0) == resident_mib * MIB
    assert (now.buffer_bytes or 0) == buffer_mib * MIB


def test_the_mappings_are_walked_seldom_and_after_a_load(tmp_path: Path) -> None:
    root = tree(tmp_path)
    reader = WorkerMemoryReader(root)
    reader.read(PID, 0.0)
    smaps = root / f"proc/{PID}/smaps"
    smaps.write_text("")
    (root / f"proc/{PID}/status").write_text(STATUS)
    kept = reader.read(PID, WALK_EVERY_S - 1)
    assert kept is not None
    assert kept.model_mapped_bytes == 424 * MIB
    smaps.write_text(SMAPS.replace("/models/star ter.gguf", "/dev/zero").replace("r--s", "rw-s"))
    walked = reader.read(PID, WALK_EVERY_S + 1)
    assert walked is not None
    assert walked.model_mapped_bytes == 0
    (root / f"proc/{PID}/status").write_text(STATUS.replace("141412", "241412"))
    smaps.write_text(SMAPS)
    grown = reader.read(PID, WALK_EVERY_S + 2)
    assert grown is not None
    assert grown.model_mapped_bytes == 424 * MIB


def test_without_the_mappings_the_counters_stand_alone(tmp_path: Path) -> None:
    root = tree(tmp_path)
    for name in ("smaps", "io", "stat"):
        (root / f"proc/{PID}/{name}").unlink()
    found = WorkerMemoryReader(root).read(PID, 0.0)
    assert found == WorkerMemory(601116 * KIB, 141412 * KIB, 459704 * KIB, swapped_bytes=64 * KIB)


@pytest.mark.parametrize(
    ("mapping", "is_model", "is_buffer"),
    [
        (Mapping("r--s", "/m/a.gguf", 9 * MIB, 0, 0), True, False),
        (Mapping("r--s", "/cache/blobs/ab12", 9 * MIB, 0, 0), True, False),
        (Mapping("r--s", "/usr/lib/gconv.cache", 28 * KIB, 0, 0), False, False),
        (Mapping("r--p", "/usr/lib/locale/locale-archive", 9 * MIB, 0, 0), False, False),
        (Mapping("rw-p", "", 90 * MIB, 0, 0), False, True),
        (Mapping("rw-p", "[heap]", 90 * MIB, 0, 0), False, False),
        (Mapping("rw-p", "", 4 * MIB, 0, 0), False, False),
    ],
)
def test_kinds_of_mappings(mapping: Mapping, is_model: bool, is_buffer: bool) -> None:
    assert (mapping.is_model, mapping.is_buffer) == (is_model, is_buffer)


def test_this_very_process() -> None:
    found = WorkerMemoryReader().read(os.getpid(), 0.0)
    assert found is not None
    rss_bytes = psutil.Process().memory_info().rss
    assert 0.9 * rss_bytes < found.rss_bytes < 1.1 * rss_bytes


def test_a_process_that_is_gone() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait(30)
    assert WorkerMemoryReader().read(child.pid, 0.0) is None
