"""`python packaging/linux/icons.py`: draws the application icon's PNGs from its SVG sources."""

from __future__ import annotations

import os
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "app-icon"
SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)


def source_of(size_px: int, folder: Path = FOLDER) -> Path:
    """The drawing made for this size, where there is one; else the one for all."""
    own = folder / f"coterie-{size_px}.svg"
    return own if own.is_file() else folder / "coterie.svg"


def draw(size_px: int, target: Path, folder: Path = FOLDER) -> None:
    """Write the icon in this size."""
    from PySide6.QtGui import QImage, QPainter  # noqa: TID251 - no part of the app
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(size_px, size_px, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    QSvgRenderer(str(source_of(size_px, folder))).render(painter)
    painter.end()
    if not image.save(str(target)):
        raise OSError(f"{target} can't be written")


def main() -> int:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtGui import QGuiApplication  # noqa: TID251 - no part of the app

    application = QGuiApplication(sys.argv[:1])
    for size_px in SIZES:
        draw(size_px, FOLDER / f"coterie-{size_px}.png")
    del application
    return 0


if __name__ == "__main__":
    sys.exit(main())
