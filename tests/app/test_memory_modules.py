"""The memory modules as udev tells them, and what is said of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.memory_modules import (
    UDEV_FILE,
    MemoryModules,
    modules_advice,
    modules_line,
    modules_of,
    read_modules,
)

GIB = 1024**3
# Two modules in four slots, as systemd's dmi_memory_id writes them.
TWO = """\
E:MEMORY_ARRAY_LOCATION=System Board Or Motherboard
E:MEMORY_DEVICE_0_PRESENT=0
E:MEMORY_DEVICE_1_SIZE=17179869184
E:MEMORY_DEVICE_1_TYPE=DDR5
E:MEMORY_DEVICE_1_SPEED_MTS=5600
E:MEMORY_DEVICE_1_CONFIGURED_SPEED_MTS=4800
E:MEMORY_DEVICE_3_SIZE=17179869184
E:MEMORY_DEVICE_3_TYPE=DDR5
E:MEMORY_DEVICE_3_SPEED_MTS=6000
E:MEMORY_DEVICE_3_CONFIGURED_SPEED_MTS=4800
E:MEMORY_ARRAY_NUM_DEVICES=4
"""
FOUND = MemoryModules("DDR5", 32 * GIB, 2, 4, 5600, 4800)


def test_they_are_read_where_everybody_may(tmp_path: Path) -> None:
    assert read_modules(tmp_path) is None
    path = tmp_path / UDEV_FILE
    path.parent.mkdir(parents=True)
    path.write_text(TWO)
    assert read_modules(tmp_path) == FOUND


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I:1\nE:ID_VENDOR=x",
        "E:MEMORY_ARRAY_NUM_DEVICES=2",
        "E:MEMORY_ARRAY_NUM_DEVICES=99999999999999999999\nE:MEMORY_DEVICE_0_SIZE=1",
        "E:MEMORY_ARRAY_NUM_DEVICES=-1\nE:MEMORY_DEVICE_0_SIZE=1",
        "E:MEMORY_ARRAY_NUM_DEVICES=1\nE:MEMORY_DEVICE_0_SIZE=sixteen",
        "\0\xff",
    ],
)
def test_what_tells_nothing_is_none(text: str) -> None:
    assert modules_of(text) is None


@pytest.mark.parametrize(
    ("modules", "line", "advice"),
    [
        (
            FOUND,
            "32 GB DDR5, running at 4800",
            "Rated for 5600. Turn on XMP or EXPO in the BIOS: answers get up to 17 % faster.",
        ),
        (MemoryModules("DDR4", 64 * GIB, 4, 4, 3200, 3200), "64 GB DDR4, running at 3200", ""),
        (MemoryModules("DDR5", 32 * GIB, 2, 2, 5600, 5598), "32 GB DDR5, running at 5598", ""),
        (
            MemoryModules("DDR5", 16 * GIB, 1, 2, 5600, 5600),
            "16 GB DDR5, running at 5600",
            "1 of 2 slots is used. A second module like it makes answers up to twice as fast.",
        ),
        (MemoryModules("", 16 * GIB, 1, 1), "16 GB", ""),
    ],
)
def test_what_is_said_of_them(modules: MemoryModules, line: str, advice: str) -> None:
    assert modules_line(modules) == line
    assert modules_advice(modules) == advice
