"""This computer: memory within a container, the disk of a folder, a screen."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import psutil
import pytest

from app.gpu_probe import GpuProbe, Gpus
from app.machine import Disk, Memory, has_display, memory, read_disk, read_machine
from runtime.cgroup import MemoryLimit
from tests.app.trees import write_tree


@pytest.mark.parametrize(
    ("total", "available", "limit", "expected"),
    [
        (32, 20, None, Memory(32, 20, 32)),
        (32, 20, MemoryLimit(8, 3), Memory(8, 5, 32, 8)),
        # The computer itself has less left than the container may still take.
        (32, 2, MemoryLimit(8, 3), Memory(8, 2, 32, 8)),
        (32, 20, MemoryLimit(8, 9), Memory(8, 0, 32, 8)),
        # A limit that is no limit.
        (32, 20, MemoryLimit(64, 3), Memory(32, 20, 32)),
    ],
)
def test_memory(total: int, available: int, limit: MemoryLimit | None, expected: Memory) -> None:
    assert memory(total, available, limit) == expected


def test_the_disk_of_a_folder_that_is_not_made_yet(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "models"
    disk = read_disk(folder)
    assert disk.path == folder
    assert disk.total_bytes == shutil.disk_usage(tmp_path).total
    assert disk.free_bytes is not None
    assert not folder.exists()


def test_a_disk_that_is_not_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(_path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(shutil, "disk_usage", refuse)
    assert read_disk(tmp_path) == Disk(tmp_path, None, None)


@pytest.mark.parametrize(
    ("environment", "platform_name", "expected"),
    [
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({"DISPLAY": ""}, "linux", False),
        ({}, "linux", False),
        ({}, "darwin", True),
        ({}, "win32", True),
    ],
)
def test_a_screen(environment: dict[str, str], platform_name: str, expected: bool) -> None:
    assert has_display(environment, platform_name) is expected


def test_a_container_read_whole(tmp_path: Path) -> None:
    write_tree(
        tmp_path,
        {
            "proc/cpuinfo": "model name\t: AMD Ryzen 7 7700\nflags\t\t: avx2 avx512f\n",
            "proc/self/cgroup": "0::/",
            "sys/fs/cgroup/memory.max": "1073741824",
            "sys/fs/cgroup/memory.current": "0",
        },
    )
    says_none = (sys.executable, "-c", "print('{}')")
    machine = read_machine(
        tmp_path / "models", GpuProbe(tmp_path, says_none), 30, tmp_path, {"DISPLAY": ":0"}
    )
    assert machine.processor.name == "AMD Ryzen 7 7700"
    assert machine.memory.limit_bytes == machine.memory.total_bytes == 1024**3
    assert machine.memory.host_total_bytes == psutil.virtual_memory().total
    assert machine.gpus == Gpus()
    assert machine.display
    assert machine.system


def test_this_machine(tmp_path: Path) -> None:
    machine = read_machine(tmp_path)
    assert machine.memory.available_bytes <= machine.memory.total_bytes
    assert 1 <= machine.cores.usable <= machine.cores.logical
