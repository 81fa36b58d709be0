"""What no list tells of this computer and must be measured: memory, a core, the disk; and swap."""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass
from pathlib import Path

import msgspec
import psutil

from app.disk_speed import DiskSpeed, disk_speed
from app.machine import Machine
from app.memory_bandwidth import HostSpeed, buffer_bytes_for, host_speed, last_level_cache_bytes
from runtime.language import tr

# Where nothing could be measured: one channel of slow memory, an old core, a SATA SSD.
DEFAULT_BANDWIDTH_BYTES_PER_S = 12e9
DEFAULT_CORE_FLOPS_PER_S = 30e9
DEFAULT_DISK_BYTES_PER_S = 400e6
_NODES = "sys/devices/system/node"


@dataclass(frozen=True)
class MachineReadings:
    """What no list tells; `notes` say in words what to doubt of it.

    `core_flops_per_s` is a float32 product's, in the place of a quantised one's.
    """

    bandwidth_bytes_per_s: float
    core_flops_per_s: float
    disk_read_bytes_per_s: float
    numa_nodes: int = 1
    swap_total_bytes: int = 0
    swap_free_bytes: int = 0
    notes: tuple[str, ...] = ()


def read_readings(
    machine: Machine, cache_dir: Path, place: Path, root: Path = Path("/")
) -> MachineReadings:
    """Measured now or kept in `cache_dir`. `root` holds sys/."""
    notes = []
    cache_bytes = last_level_cache_bytes(root)
    buffer_bytes = buffer_bytes_for(machine.memory.available_bytes, cache_bytes)
    speed = memory_speed(machine, cache_dir, root)
    if speed is None:
        notes.append(tr("The memory's speed could not be measured; a low one is supposed."))
    elif not speed.quiet:
        notes.append(tr("Other programs were busy while the memory's speed was measured."))
    elif buffer_bytes < 2 * cache_bytes:
        notes.append(
            tr("The memory's speed may be too high: the processor's caches hold much of it.")
        )
    disk = read_speed(cache_dir, place)
    if disk is None:
        notes.append(tr("The disk's speed could not be measured; a usual one is supposed."))
    elif disk.note:
        notes.append(disk.note)
    swap_total_bytes, swap_free_bytes = _swap()
    return MachineReadings(
        speed.bandwidth_bytes_per_s if speed else DEFAULT_BANDWIDTH_BYTES_PER_S,
        speed.core_flops_per_s if speed else DEFAULT_CORE_FLOPS_PER_S,
        disk.read_bytes_per_s if disk else DEFAULT_DISK_BYTES_PER_S,
        numa_nodes(root),
        swap_total_bytes,
        swap_free_bytes,
        tuple(notes),
    )


def memory_speed(machine: Machine, cache_dir: Path, root: Path = Path("/")) -> HostSpeed | None:
    """Measured now or kept in `cache_dir`; None when that did not work."""
    free_bytes = machine.memory.available_bytes
    buffer_bytes = buffer_bytes_for(free_bytes, last_level_cache_bytes(root))
    key = machine_key(machine)
    return host_speed(cache_dir / "machine.json", key, host_cores(machine), buffer_bytes)


def read_speed(cache_dir: Path, place: Path) -> DiskSpeed | None:
    """That of the disk of `place`, in the same way."""
    return disk_speed(cache_dir / "disks.json", place)


def host_cores(machine: Machine) -> int:
    """The fast cores among those that may be used."""
    return min(machine.cores.performance, machine.cores.usable)


def machine_key(machine: Machine) -> str:
    """What the measured speeds are kept under: another processor, cores or memory give another."""
    processor, cores = machine.processor, machine.cores
    facts = (
        processor.name,
        processor.architecture,
        processor.features,
        cores.physical,
        host_cores(machine),
        machine.memory.host_total_bytes,
    )
    return hashlib.sha256(msgspec.json.encode(facts)).hexdigest()[:20]


def numa_nodes(root: Path = Path("/")) -> int:
    """Processors with memory of their own; 1 where the kernel lists none. `root` holds sys/."""
    return max(1, sum(1 for _ in (root / _NODES).glob("node[0-9]*")))


def _swap() -> tuple[int, int]:
    """Total and free. psutil warns where the counters of swapping are hidden, as in containers."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        swap = psutil.swap_memory()
    return swap.total, swap.free
