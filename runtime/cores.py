"""How many processor cores there are, and how many of them this process should use."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil

from runtime.cgroup import cpu_limit_cores


@dataclass(frozen=True)
class Cores:
    """`usable` is what a thread count should never exceed: physical cores this process may run on,
    within the container's CPU limit, at least 1. `performance` counts the fast ones among the
    physical cores it may run on; it equals them where all cores are alike or nothing is known.
    """

    physical: int
    logical: int
    usable: int
    performance: int


def usable_cores(root: Path = Path("/"), allowed: Iterable[int] | None = None) -> Cores:
    """This machine's cores. `root` holds proc/ and sys/; `allowed` are the logical cores this
    process may run on (its affinity when None).
    """
    logical_cores = _online(root) or set(range(os.cpu_count() or 1))
    mine = set(_affinity() if allowed is None else allowed) & logical_cores or logical_cores
    siblings = {core: _siblings(root, core) for core in logical_cores}
    if all(siblings.values()):
        physical = len(set(siblings.values()))
        reachable = len({siblings[core] for core in mine})
        fast = len({siblings[core] for core in mine & _performance_cores(root, logical_cores)})
    else:
        physical = psutil.cpu_count(logical=False) or len(logical_cores)
        reachable = min(physical, len(mine))
        fast = reachable
    limit = cpu_limit_cores(root)
    most = reachable if limit is None else min(reachable, math.floor(limit))
    return Cores(physical, len(logical_cores), max(1, most), max(1, fast))


def parse_cpu_list(text: str) -> set[int]:
    """The kernel's lists: `0-3,8` is {0, 1, 2, 3, 8}; anything else in it is left out."""
    cores: set[int] = set()
    for part in text.strip().split(","):
        first, _, last = part.partition("-")
        if first.isdigit() and (last or first).isdigit():
            cores.update(range(int(first), int(last or first) + 1))
    return cores


def _affinity() -> set[int]:
    if sys.platform == "linux":
        return os.sched_getaffinity(0)
    return set(range(os.cpu_count() or 1))


def _online(root: Path) -> set[int]:
    return parse_cpu_list(_text(root / "sys/devices/system/cpu/online"))


def _siblings(root: Path, core: int) -> frozenset[int]:
    """The logical cores on one physical core; empty when the kernel doesn't tell."""
    topology = root / f"sys/devices/system/cpu/cpu{core}/topology"
    text = _text(topology / "core_cpus_list") or _text(topology / "thread_siblings_list")
    return frozenset(parse_cpu_list(text))


def _performance_cores(root: Path, logical_cores: set[int]) -> set[int]:
    """The fast cores of a hybrid processor, else all."""
    # Intel names its two kinds; Arm gives each core a capacity.
    if intel := parse_cpu_list(_text(root / "sys/devices/cpu_core/cpus")):
        return intel
    capacity = {
        core: int(text)
        for core in logical_cores
        if (text := _text(root / f"sys/devices/system/cpu/cpu{core}/cpu_capacity")).isdigit()
    }
    if len(capacity) < len(logical_cores):
        return logical_cores
    # Phones and boards have three kinds; only the smallest ones hold the others up.
    smallest, largest = min(capacity.values()), max(capacity.values())
    middle = (smallest + largest) / 2
    return {core for core, value in capacity.items() if value >= middle}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""
