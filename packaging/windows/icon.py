"""`python packaging/windows/icon.py`: writes build/coterie.ico from the PNGs in assets/app-icon."""

from __future__ import annotations

import struct
import sys
from collections.abc import Mapping
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
DRAWN = CHECKOUT / "assets" / "app-icon"
SIZES_PX = (16, 24, 32, 48, 64, 128, 256)
_HEAD, _ENTRY = struct.Struct("<HHH"), struct.Struct("<BBBBHHII")


def icon(pictures: Mapping[int, bytes]) -> bytes:
    """An .ico of PNGs by their size in pixels, which Windows takes since Vista."""
    head = _HEAD.pack(0, 1, len(pictures))
    offset = len(head) + len(pictures) * _ENTRY.size
    entries = []
    for size_px, picture in sorted(pictures.items()):
        edge = size_px % 256  # 0 stands for 256
        entries.append(_ENTRY.pack(edge, edge, 0, 0, 1, 32, len(picture), offset))
        offset += len(picture)
    return b"".join((head, *entries, *(picture for _, picture in sorted(pictures.items()))))


def main() -> int:
    drawn = {size_px: DRAWN / f"coterie-{size_px}.png" for size_px in SIZES_PX}
    missing = [path.name for path in drawn.values() if not path.is_file()]
    if missing:
        print(f"{DRAWN} lacks {', '.join(missing)}: run packaging/linux/icons.py", file=sys.stderr)
        return 1
    target = CHECKOUT / "build" / "coterie.ico"
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(icon({size_px: path.read_bytes() for size_px, path in drawn.items()}))
    print(target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
