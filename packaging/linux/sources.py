"""Where the parts of the packages that are not the bundle lie in the checkout."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
LINUX = CHECKOUT / "packaging" / "linux"
SHARE = LINUX / "share"
ICONS = CHECKOUT / "assets" / "app-icon"
_ICON_PNG = re.compile(r"coterie-(\d+)\.png")


def version(checkout: Path = CHECKOUT) -> str:
    """The program's version, as pyproject.toml has it."""
    data = tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))
    return str(data["project"]["version"])


def share_files(icons: Path = ICONS, share: Path = SHARE) -> dict[str, Path]:
    """What desktops look for, by its place below `share/` of a prefix."""
    files = {
        "applications/coterie.desktop": share / "coterie.desktop",
        "mime/packages/coterie.xml": share / "coterie-mime.xml",
        "icons/hicolor/scalable/apps/coterie.svg": icons / "coterie.svg",
    }
    for png in sorted(icons.glob("coterie-*.png")):
        if match := _ICON_PNG.fullmatch(png.name):
            files[f"icons/hicolor/{match[1]}x{match[1]}/apps/coterie.png"] = png
    return files


def metainfo(version: str, date: str, share: Path = SHARE) -> str:
    """The AppStream description of this release."""
    text = (share / "local.coterie.Coterie.metainfo.xml").read_text(encoding="utf-8")
    return text.replace("@VERSION@", version).replace("@DATE@", date)
