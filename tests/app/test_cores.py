"""How many cores a thread count may use, read from made-up /proc and /sys trees."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from runtime.cgroup import MemoryLimit, cpu_limit_cores, memory_limit
from runtime.cores import Cores, parse_cpu_list, usable_cores
from tests.app.trees import write_tree

FOUR_CORES_EIGHT_THREADS = {
    "sys/devices/system/cpu/online": "0-7",
    **{
        f"sys/devices/system/cpu/cpu{cpu}/topology/core_cpus_list": f"{cpu % 4},{cpu % 4 + 4}"
        for cpu in range(8)
    },
}
# Two performance cores with two threads each (0 to 3) and four efficient ones (4 to 7).
HYBRID = {
    "sys/devices/system/cpu/online": "0-7",
    "sys/devices/cpu_core/cpus": "0-3",
    "sys/devices/cpu_atom/cpus": "4-7",
    **{
        f"sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list": siblings
        for cpu, siblings in enumerate(("0-1", "0-1", "2-3", "2-3", "4", "5", "6", "7"))
    },
}
ARM = {
    "sys/devices/system/cpu/online": "0-5",
    **{f"sys/devices/system/cpu/cpu{cpu}/topology/core_cpus_list": str(cpu) for cpu in range(6)},
    **{
        f"sys/devices/system/cpu/cpu{cpu}/cpu_capacity": capacity
        for cpu, capacity in enumerate(("380", "380", "380", "380", "1024", "1024"))
    },
}


def v2(quota: str) -> dict[str, str]:
    return {"proc/self/cgroup": "0::/", "sys/fs/cgroup/cpu.max": quota}


@pytest.mark.parametrize(
    ("tree", "allowed", "cores"),
    [
        (FOUR_CORES_EIGHT_THREADS, range(8), Cores(4, 8, 4, 4)),
        (FOUR_CORES_EIGHT_THREADS, (0, 4), Cores(4, 8, 1, 1)),
        (FOUR_CORES_EIGHT_THREADS, (0, 1, 6), Cores(4, 8, 3, 3)),
        (FOUR_CORES_EIGHT_THREADS | v2("250000 100000"), range(8), Cores(4, 8, 2, 4)),
        (FOUR_CORES_EIGHT_THREADS | v2("50000 100000"), range(8), Cores(4, 8, 1, 4)),
        (FOUR_CORES_EIGHT_THREADS | v2("max 100000"), range(8), Cores(4, 8, 4, 4)),
        (FOUR_CORES_EIGHT_THREADS | v2("nonsense"), range(8), Cores(4, 8, 4, 4)),
        (HYBRID, range(8), Cores(6, 8, 6, 2)),
        (HYBRID, range(4, 8), Cores(6, 8, 4, 1)),
        (ARM, range(6), Cores(6, 6, 6, 2)),
    ],
)
def test_cores(tmp_path: Path, tree: dict[str, str], allowed: range, cores: Cores) -> None:
    write_tree(tmp_path, tree)
    assert usable_cores(tmp_path, allowed) == cores


def test_an_unreadable_tree_still_gives_cores(tmp_path: Path) -> None:
    cores = usable_cores(tmp_path)
    assert 1 <= cores.usable <= cores.logical == os.cpu_count()


def test_this_machine() -> None:
    cores = usable_cores()
    assert 1 <= cores.usable <= cores.physical <= cores.logical
    assert cores.usable <= len(os.sched_getaffinity(0))


@pytest.mark.parametrize(
    ("text", "cores"),
    [("0-3,8\n", {0, 1, 2, 3, 8}), ("", set()), ("7", {7}), ("a-b,2", {2})],
)
def test_cpu_list(text: str, cores: set[int]) -> None:
    assert parse_cpu_list(text) == cores


@pytest.mark.parametrize(
    ("tree", "limit"),
    [
        # v2: a limit higher up holds too.
        (
            {
                "proc/self/cgroup": "0::/user.slice/app.scope",
                "sys/fs/cgroup/user.slice/cpu.max": "150000 100000",
                "sys/fs/cgroup/user.slice/app.scope/cpu.max": "max 100000",
            },
            1.5,
        ),
        # v1 in a container: the path is the host's, the mount is the container's own group.
        (
            {
                "proc/self/cgroup": "4:cpu,cpuacct:/docker/1f\n3:memory:/docker/1f",
                "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "300000",
                "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000",
            },
            3.0,
        ),
        # v1 without a limit, and v2 beside it.
        (
            {
                "proc/self/cgroup": "1:cpu:/\n0::/",
                "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1",
                "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000",
                "sys/fs/cgroup/unified/cpu.max": "max 100000",
            },
            None,
        ),
        ({}, None),
    ],
)
def test_cpu_limit(tmp_path: Path, tree: dict[str, str], limit: float | None) -> None:
    write_tree(tmp_path, tree)
    assert cpu_limit_cores(tmp_path) == limit


@pytest.mark.parametrize(
    ("tree", "limit"),
    [
        (
            {
                "proc/self/cgroup": "0::/",
                "sys/fs/cgroup/memory.max": "4294967296",
                "sys/fs/cgroup/memory.current": "3000000000",
                "sys/fs/cgroup/memory.stat": "anon 1\ninactive_file 1000000000\n",
            },
            MemoryLimit(4294967296, 2_000_000_000),
        ),
        ({"proc/self/cgroup": "0::/", "sys/fs/cgroup/memory.max": "max"}, None),
        (
            {
                "proc/self/cgroup": "3:memory:/docker/1f",
                "sys/fs/cgroup/memory/memory.limit_in_bytes": "2147483648",
                "sys/fs/cgroup/memory/memory.usage_in_bytes": "500",
                "sys/fs/cgroup/memory/memory.stat": "inactive_file 100\ntotal_inactive_file 200",
            },
            MemoryLimit(2147483648, 300),
        ),
        (
            {
                "proc/self/cgroup": "3:memory:/",
                "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712",
            },
            None,
        ),
        # The tightest one up the tree counts, with its own use.
        (
            {
                "proc/self/cgroup": "0::/a/b",
                "sys/fs/cgroup/a/memory.max": "1000",
                "sys/fs/cgroup/a/memory.current": "600",
                "sys/fs/cgroup/a/b/memory.max": "5000",
                "sys/fs/cgroup/a/b/memory.current": "100",
            },
            MemoryLimit(1000, 600),
        ),
        # A path that climbs out is not followed.
        (
            {
                "proc/self/cgroup": "0::/../../other",
                "sys/fs/cgroup/other/memory.max": "max",
                "other/memory.max": "5",
            },
            None,
        ),
    ],
)
def test_memory_limit(tmp_path: Path, tree: dict[str, str], limit: MemoryLimit | None) -> None:
    write_tree(tmp_path, tree)
    assert memory_limit(tmp_path) == limit
