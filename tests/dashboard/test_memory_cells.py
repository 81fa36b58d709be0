"""The memory map's cells: how large, and how many for each class."""

from __future__ import annotations

import pytest

from app.dashboard.memory_cells import MOST_CELLS, cell_bytes, cells_of
from app.dashboard.state import DeviceMap, MemoryClass, MemoryPart

GIB = 1024**3
MIB = 1024**2


def device(total_gib: float, sizes: dict[MemoryClass, float]) -> DeviceMap:
    """Sizes in GiB."""
    parts = tuple(MemoryPart(name, int(size * GIB)) for name, size in sizes.items())
    return DeviceMap("RAM", "ram", int(total_gib * GIB), parts)


@pytest.mark.parametrize(
    ("totals_gib", "cell_mib"),
    [((), 256), ((12, 31.2), 256), ((24, 64), 512), ((24, 24, 126), 1024), ((80,) * 8, 4096)],
)
def test_cells_grow_with_the_machine(totals_gib: tuple[float, ...], cell_mib: int) -> None:
    devices = [device(total, {}) for total in totals_gib]
    size = cell_bytes(devices)
    assert size == cell_mib * MIB
    assert sum(d.total_bytes for d in devices) <= MOST_CELLS * size


@pytest.mark.parametrize(
    ("total_gib", "sizes", "cells"),
    [
        (
            12,
            {"dense": 0.8, "routed": 8.5, "kv": 0.8, "compute": 0.4, "other": 0.9, "free": 0.6},
            {"dense": 3, "routed": 34, "kv": 3, "compute": 2, "other": 4, "free": 2},
        ),
        (2, {"dense": 0.01, "kv": 0.02, "free": 1.97}, {"dense": 1, "kv": 1, "free": 6}),
        (1, {"routed": 0.98, "kv": 0.01, "free": 0.01}, {"routed": 3, "kv": 1}),
        (1, {"free": 1.0}, {"free": 4}),
        (1, {"routed": 3.0}, {"routed": 4}),
        (0.1, {"dense": 0.05, "kv": 0.05}, {"dense": 1}),
    ],
)
def test_cells_of_a_device(
    total_gib: float, sizes: dict[MemoryClass, float], cells: dict[MemoryClass, int]
) -> None:
    found = cells_of(device(total_gib, sizes), 256 * MIB)
    assert dict(found) == cells
    assert sum(dict(found).values()) == max(1, round(total_gib * 4))


def test_classes_keep_their_order() -> None:
    found = cells_of(device(8, {"free": 1, "kv": 1, "dense": 1, "routed": 1}), 256 * MIB)
    assert [name for name, _ in found] == ["dense", "routed", "kv", "free"]
