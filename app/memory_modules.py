"""The memory modules in this computer, as the system's firmware names them: kind, clock, slots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.number_text import GIB
from runtime.language import tr, tr_n

# udev writes SMBIOS's table of modules where everybody may read it; the table itself is root's.
UDEV_FILE = "run/udev/data/+dmi:id"
# A clock below its rating by less than this is rounding.
_SLOWER_SHARE = 0.97


@dataclass(frozen=True)
class MemoryModules:
    """`rated_mts` and `running_mts` are million transfers a second, 0 where nobody says.

    `total_bytes` and `count` are of the modules that are in; `slots` counts empty ones too.
    """

    kind: str = ""
    total_bytes: int = 0
    count: int = 0
    slots: int = 0
    rated_mts: int = 0
    running_mts: int = 0


def read_modules(root: Path = Path("/")) -> MemoryModules | None:
    """None where the system does not tell. `root` holds run/."""
    try:
        text = (root / UDEV_FILE).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return modules_of(text)


def modules_of(text: str) -> MemoryModules | None:
    """From udev's lines such as `E:MEMORY_DEVICE_0_TYPE=DDR5`."""
    lines = (line[2:].partition("=") for line in text.splitlines() if line.startswith("E:"))
    values = {key: value for key, _, value in lines if key.startswith("MEMORY_")}
    slots = _number(values, "MEMORY_ARRAY_NUM_DEVICES")
    devices = [_Device(values, f"MEMORY_DEVICE_{index}_") for index in range(min(slots, 64))]
    filled = [device for device in devices if device.size_bytes]
    if not filled:
        return None
    return MemoryModules(
        kind=filled[0].kind,
        total_bytes=sum(device.size_bytes for device in filled),
        count=len(filled),
        slots=slots,
        rated_mts=min(device.rated_mts for device in filled),
        running_mts=min(device.running_mts for device in filled),
    )


class _Device:
    def __init__(self, values: Mapping[str, str], prefix: str) -> None:
        kind = values.get(f"{prefix}TYPE", "")
        self.kind = kind if "DDR" in kind else ""
        self.size_bytes = _number(values, f"{prefix}SIZE")
        self.rated_mts = _number(values, f"{prefix}SPEED_MTS")
        self.running_mts = _number(values, f"{prefix}CONFIGURED_SPEED_MTS")


def _number(values: Mapping[str, str], key: str) -> int:
    text = values.get(key, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def modules_line(modules: MemoryModules) -> str:
    """32 GB DDR5, running at 4800. Modules are sold in GB of 2^30 bytes."""
    size = f"{round(modules.total_bytes / GIB)} GB {modules.kind}".rstrip()
    if not modules.running_mts:
        return size
    return tr("{size}, running at {clock}", size=size, clock=modules.running_mts)


def modules_advice(modules: MemoryModules) -> str:
    """What makes answers faster without a new computer; "" when nothing is known to.

    What a token takes on the processor is the reading of memory, so its rate is the answer's.
    """
    rated, running = modules.rated_mts, modules.running_mts
    if running and running < rated * _SLOWER_SHARE:
        return tr(
            "Rated for {rated}. Turn on XMP or EXPO in the BIOS: answers get up to {gain} faster.",
            rated=rated,
            gain=f"{(rated / running - 1) * 100:.0f} %",
        )
    if modules.count == 1 and modules.slots > 1:
        return tr_n(
            "{n} of {slots} slots is used. A second module like it makes answers up to twice as"
            " fast.",
            "{n} of {slots} slots are used. A second module like it makes answers up to twice as"
            " fast.",
            modules.count,
            slots=modules.slots,
        )
    return ""
