"""Graphics cards as the Linux kernel lists them, whatever their maker and driver."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DRM = "sys/class/drm"
_CARD = re.compile(r"card\d+")
VENDORS = {"0x10de": "NVIDIA", "0x1002": "AMD", "0x8086": "Intel"}


@dataclass(frozen=True)
class SeenCard:
    """One card of a maker we know; `driver` is the kernel's, "" without one."""

    vendor: str
    device_id: str
    driver: str
    product: str = ""
    vram_total_bytes: int | None = None
    vram_free_bytes: int | None = None


def seen_cards(root: Path = Path("/")) -> tuple[SeenCard, ...]:
    """The cards this process can reach, in the kernel's order. `root` holds sys/ and dev/."""
    return tuple(_card(folder) for folder in _folders(root))


def _folders(root: Path) -> Iterator[Path]:
    cards = [path for path in (root / DRM).glob("card*") if _CARD.fullmatch(path.name)]
    for card in sorted(cards, key=lambda path: int(path.name.removeprefix("card"))):
        # A container sees all of the host's /sys, and in /dev only what it was given.
        given = (root / "dev/dri" / card.name).exists()
        if given and _text(card / "device/vendor") in VENDORS:
            yield card / "device"


def _card(device: Path) -> SeenCard:
    total, used = (_number(device / f"mem_info_vram_{which}") for which in ("total", "used"))
    driver = re.search(r"^DRIVER=(.+)$", _text(device / "uevent"), re.MULTILINE)
    return SeenCard(
        VENDORS[_text(device / "vendor")],
        _text(device / "device"),
        driver[1] if driver else "",
        _text(device / "product_name"),
        total,
        total - used if total is not None and used is not None else None,
    )


def _number(path: Path) -> int | None:
    text = _text(path)
    return int(text) if text.isascii() and text.isdigit() else None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
