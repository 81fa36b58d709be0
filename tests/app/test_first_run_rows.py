"""The first-run page's rows with what was measured in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.check_view import CheckView
from app.disk_speed import DiskSpeed
from app.first_run_rows import disk_row, driver_row, measured_rows, memory_row
from app.gpu_probe import Gpu, Gpus
from app.machine import Disk, Memory
from app.memory_bandwidth import HostSpeed
from app.memory_modules import MemoryModules

GIB = 1024**3
MEMORY = Memory(32 * GIB, round(21.8 * GIB), 32 * GIB)
QUIET = HostSpeed(62e9, 1e11)
SLOWED = MemoryModules("DDR5", 32 * GIB, 2, 4, 5600, 4800)
ROOMY = Disk(Path("/home/ada"), 1000 * GIB, 412 * GIB)


@pytest.mark.parametrize(
    ("memory", "speed", "modules", "status", "detail", "advice"),
    [
        (MEMORY, QUIET, None, "ok", "32.0 GiB\n21.8 GiB free, 62 GB/s measured", ""),
        (MEMORY, None, None, "ok", "32.0 GiB\n21.8 GiB free", ""),
        (
            *(MEMORY, QUIET, SLOWED, "info"),
            "32 GB DDR5, running at 4800\n21.8 GiB free, 62 GB/s measured",
            "Rated for 5600.",
        ),
        (
            *(MEMORY, HostSpeed(31e9, 1e11, 0.5), None, "info"),
            "32.0 GiB\n21.8 GiB free, 31 GB/s measured",
            "Other programs were busy",
        ),
        (
            *(Memory(32 * GIB, GIB // 2, 32 * GIB), QUIET, SLOWED, "problem"),
            "32 GB DDR5, running at 4800\n0.5 GiB free, 62 GB/s measured",
            "Close other programs",
        ),
        (
            *(Memory(8 * GIB, 4 * GIB, 32 * GIB, 8 * GIB), QUIET, None, "ok"),
            "8.0 GiB\n4.0 GiB free; this container may use 8.0 of 32.0 GiB, 62 GB/s measured",
            "",
        ),
    ],
)
def test_memory(
    memory: Memory,
    speed: HostSpeed | None,
    modules: MemoryModules | None,
    status: str,
    detail: str,
    advice: str,
) -> None:
    row = memory_row(memory, speed, modules)
    assert (row.name, row.status, row.detail) == ("Memory", status, detail)
    assert row.advice.startswith(advice)
    assert bool(row.advice) is bool(advice)


@pytest.mark.parametrize(
    ("disk", "speed", "status", "detail", "advice"),
    [
        (ROOMY, DiskSpeed(3.1e9, 1, False, 0.0), "ok", "412.0 GiB free\nReads 3.1 GB/s", ""),
        (ROOMY, None, "ok", f"412.0 GiB free\n{Path('/home/ada')}", ""),
        (
            *(ROOMY, DiskSpeed(120e6, 1, False, 0.0), "info"),
            "412.0 GiB free\nReads 0.12 GB/s",
            "A large model takes 2 min 32 s to load from it.",
        ),
        (
            *(Disk(Path("/x"), GIB, GIB), DiskSpeed(120e6, 1, False, 0.0), "problem"),
            "1.0 GiB free\nReads 0.12 GB/s",
            "Make room",
        ),
    ],
)
def test_disk(disk: Disk, speed: DiskSpeed | None, status: str, detail: str, advice: str) -> None:
    row = disk_row(disk, speed)
    assert (row.status, row.detail) == (status, detail)
    assert row.advice.startswith(advice)


def test_the_driver_is_named_where_it_answers() -> None:
    card = Gpu("RTX 4070", "NVIDIA", "560.35.03", answers=True)
    row = driver_row(Gpus((card,)))
    assert row is not None
    assert row.detail.startswith("560.35.03\n")
    assert driver_row(Gpus((Gpu("Navi", "AMD", "amdgpu", answers=False),))) is None
    assert driver_row(Gpus()) is None


def test_rows_keep_their_order_and_the_driver_stands_below_the_graphics() -> None:
    names = ("Processor", "Memory", "Graphics", "GPU pack", "Disk", "Engine")
    rows = tuple(CheckView(name, "ok", "before") for name in names)
    memory, disk = CheckView("Memory", "ok", "measured"), CheckView("Disk", "ok", "measured")
    found = measured_rows(rows, memory, disk, CheckView("Driver", "ok", "560"))
    assert [row.name for row in found] == [
        *("Processor", "Memory", "Graphics", "Driver", "GPU pack", "Disk")
    ]
    assert memory in found
    assert disk in found
    assert [row.name for row in measured_rows(rows, memory, disk, None)] == list(names)
    bad = (*rows[:-1], CheckView("Engine", "problem", "broken"))
    assert measured_rows(bad, memory, disk, CheckView("Driver", "ok", "560"))[-1] == bad[-1]
