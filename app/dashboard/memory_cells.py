"""A device's memory as equal cells: how large they are, and how many each class gets."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from app.dashboard.state import MEMORY_CLASSES, DeviceMap, MemoryClass

SMALLEST_CELL_BYTES = 256 * 1024**2
# What is drawn of all devices together stays below ten rows of the design's map.
MOST_CELLS = 240


def cell_bytes(devices: Iterable[DeviceMap], most_cells: int = MOST_CELLS) -> int:
    """The smallest doubling of 256 MiB that draws all devices with `most_cells` at most."""
    size = SMALLEST_CELL_BYTES
    total = sum(device.total_bytes for device in devices)
    while total > most_cells * size:
        size *= 2
    return size


def cells_of(device: DeviceMap, size: int) -> tuple[tuple[MemoryClass, int], ...]:
    """How many cells each class has, in the order of the classes.

    Cells follow one another as the bytes do, so that rounding never adds up. A class that holds
    something has one cell at least, which it takes from what is free, else from the largest.
    """
    total = max(1, round(device.total_bytes / size))
    sizes: dict[MemoryClass, int] = dict.fromkeys(MEMORY_CLASSES, 0)
    for part in device.parts:
        sizes[part.memory_class] += max(0, part.actual_bytes)
    held: list[MemoryClass] = [name for name in MEMORY_CLASSES if name != "free"]
    ends, reached = [0], 0
    for name in held:
        reached += sizes[name]
        ends.append(min(total, round(reached / size)))
    counts: dict[MemoryClass, int] = {"free": total - ends[-1]}
    for name, (start, end) in zip(held, pairwise(ends), strict=True):
        counts[name] = end - start
    for name in held:
        if sizes[name] and not counts[name]:
            giver: MemoryClass = "free" if counts["free"] else max(held, key=lambda n: counts[n])
            if counts[giver] > (giver != "free"):
                counts[giver] -= 1
                counts[name] = 1
    return tuple((name, counts[name]) for name in MEMORY_CLASSES if counts[name])
