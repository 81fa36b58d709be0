"""The first-run page's rows once the machine was measured: memory, driver and disk with figures."""

from __future__ import annotations

from dataclasses import replace

from app.check_view import CheckView
from app.disk_speed import DiskSpeed
from app.doctor_machine import disk_check, memory_check
from app.gpu_probe import Gpus
from app.machine import Disk, Memory
from app.memory_bandwidth import HostSpeed
from app.memory_modules import MemoryModules, modules_advice, modules_line
from app.number_text import duration, significant
from runtime.language import marked, tr

DRIVER = marked("Driver")
# A model of 17 GiB takes a minute to load from a disk of this speed.
SLOW_DISK_BYTES_PER_S = 300e6
LARGE_MODEL_BYTES = 17 * 1024**3


def memory_row(memory: Memory, speed: HostSpeed | None, modules: MemoryModules | None) -> CheckView:
    """How much memory, how fast it was read, and what would make it faster."""
    check = memory_check(memory)
    found, _, more = check.detail.partition("\n")
    if modules is not None and memory.limit_bytes is None:
        found = modules_line(modules)
    if speed is not None:
        rate = gigabytes_per_s(speed.bandwidth_bytes_per_s)
        more = tr("{free}, {rate} measured", free=more, rate=rate)
    check = replace(check, detail=f"{found}\n{more}")
    advice = modules_advice(modules) if modules is not None else ""
    if check.status == "ok" and advice:
        return replace(check, status="info", advice=advice)
    if check.status == "ok" and speed is not None and not speed.quiet:
        busy = tr("Other programs were busy while this was measured; it may be faster.")
        return replace(check, status="info", advice=busy)
    return check


def disk_row(disk: Disk, speed: DiskSpeed | None) -> CheckView:
    """The room for models and how fast they are read."""
    check = disk_check(disk)
    if speed is None or disk.free_bytes is None:
        return check
    found = check.detail.partition("\n")[0]
    rate = gigabytes_per_s(speed.read_bytes_per_s)
    check = replace(check, detail=f"{found}\n{tr('Reads {rate}', rate=rate)}")
    if check.status != "ok" or speed.read_bytes_per_s >= SLOW_DISK_BYTES_PER_S:
        return check
    wait = duration(LARGE_MODEL_BYTES / speed.read_bytes_per_s)
    advice = tr(
        "A large model takes {wait} to load from it. Models can be kept on a faster disk: Models,"
        " Installed.",
        wait=wait,
    )
    return replace(check, status="info", advice=advice)


def driver_row(gpus: Gpus) -> CheckView | None:
    """The version of a driver that answers; None without one, of which the graphics row speaks."""
    driver = next((gpu.driver for gpu in gpus.found if gpu.answers and gpu.driver), "")
    if not driver:
        return None
    return CheckView(DRIVER, "ok", f"{driver}\n{tr('It answers as it should')}")


def measured_rows(
    rows: tuple[CheckView, ...], memory: CheckView, disk: CheckView, driver: CheckView | None
) -> tuple[CheckView, ...]:
    """`rows` with what was measured in its place, and the driver below the graphics."""
    found: list[CheckView] = []
    for row in rows:
        found.append({"Memory": memory, "Disk": disk}.get(row.name, row))
        if row.name == "Graphics" and driver is not None:
            found.append(driver)
    has_driver = driver is not None
    # The engine's row says something only where there is something to say.
    return tuple(
        row for row in found if not (has_driver and row.name == "Engine" and row.status == "ok")
    )


def gigabytes_per_s(bytes_per_s: float) -> str:
    """62 GB/s, 3.1 GB/s."""
    return f"{significant(bytes_per_s / 1e9, 2)} GB/s"
