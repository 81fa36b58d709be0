"""This computer as far as running models goes: processor, memory, GPUs, disk, system, screen."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from app.gpu_probe import DEADLINE_S, GpuProbe, Gpus
from app.processor import Processor, read_processor
from runtime.cgroup import MemoryLimit, memory_limit
from runtime.cores import Cores, usable_cores


@dataclass(frozen=True)
class Memory:
    """What programs here may use. `limit_bytes` is a container's, None without one; then
    `total_bytes` is the computer's own `host_total_bytes`.
    """

    total_bytes: int
    available_bytes: int
    host_total_bytes: int
    limit_bytes: int | None = None


@dataclass(frozen=True)
class Disk:
    """The disk that models are kept on; None where the system does not tell."""

    path: Path
    total_bytes: int | None
    free_bytes: int | None
    writable: bool = True


@dataclass(frozen=True)
class Machine:
    """`display` says whether the session has a screen a window could open on."""

    processor: Processor
    cores: Cores
    memory: Memory
    gpus: Gpus
    disk: Disk
    system: str
    display: bool


def read_machine(
    models_dir: Path,
    gpu_probe: GpuProbe | None = None,
    gpu_deadline_s: float = DEADLINE_S,
    root: Path = Path("/"),
    environment: Mapping[str, str] = os.environ,
) -> Machine:
    """This computer now. `root` holds proc/ and sys/."""
    probe = gpu_probe or GpuProbe(root)
    host = psutil.virtual_memory()
    return Machine(
        processor=read_processor(root),
        cores=usable_cores(root),
        memory=memory(host.total, host.available, memory_limit(root)),
        disk=read_disk(models_dir),
        system=_system(),
        display=has_display(environment, sys.platform),
        gpus=probe.gpus(gpu_deadline_s),
    )


def memory(host_total_bytes: int, host_available_bytes: int, limit: MemoryLimit | None) -> Memory:
    """The smaller of what the computer has and what the container allows."""
    if limit is None or limit.limit_bytes >= host_total_bytes:
        return Memory(host_total_bytes, host_available_bytes, host_total_bytes)
    left_bytes = max(0, limit.limit_bytes - limit.used_bytes)
    return Memory(
        limit.limit_bytes,
        min(host_available_bytes, left_bytes),
        host_total_bytes,
        limit.limit_bytes,
    )


def read_disk(folder: Path) -> Disk:
    """The disk of `folder`, or of what there is above it when it is not made yet."""
    for place in (folder, *folder.parents):
        try:
            usage = shutil.disk_usage(place)
        except OSError:
            continue
        return Disk(folder, usage.total, usage.free, os.access(place, os.W_OK))
    return Disk(folder, None, None)


def has_display(environment: Mapping[str, str], platform_name: str) -> bool:
    """Whether a screen is named here; only opening a window shows whether it answers."""
    if not platform_name.startswith("linux"):
        return True
    return bool(environment.get("WAYLAND_DISPLAY") or environment.get("DISPLAY"))


def _system() -> str:
    try:
        name = platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        name = platform.system()
    return f"{name} ({platform.release()}, {platform.machine()})"
