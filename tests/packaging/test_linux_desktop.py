"""What desktops read: the menu entry, the file type, the description, the icons."""

from __future__ import annotations

import configparser
import struct
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

_MIME = "{http://www.freedesktop.org/standards/shared-mime-info}"
LANGUAGES = ("de", "zh_CN")


@pytest.fixture
def entry() -> configparser.SectionProxy:
    from linux.sources import SHARE

    parser = configparser.ConfigParser(interpolation=None, delimiters="=", strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(SHARE / "coterie.desktop", encoding="utf-8")
    assert parser.sections() == ["Desktop Entry"]
    return parser["Desktop Entry"]


def test_the_entry_opens_files_in_the_window(entry: configparser.SectionProxy) -> None:
    assert entry["Exec"] == "coterie %F"
    assert entry["MimeType"] == "application/x-gguf;"
    # What the window says of itself (QGuiApplication.setDesktopFileName).
    assert entry["StartupWMClass"] == entry["Icon"] == "coterie"
    assert (entry["Type"], entry["Terminal"]) == ("Application", "false")


@pytest.mark.parametrize("key", ["GenericName", "Comment", "Keywords"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_entry_speaks_each_language(
    entry: configparser.SectionProxy, key: str, language: str
) -> None:
    assert entry[f"{key}[{language}]"] not in ("", entry[key])


def test_gguf_files_are_known_by_name_and_by_their_first_bytes() -> None:
    from linux.sources import SHARE

    root = ElementTree.parse(SHARE / "coterie-mime.xml").getroot()
    (kind,) = root
    assert kind.get("type") == "application/x-gguf"
    assert [glob.get("pattern") for glob in kind.iter(f"{_MIME}glob")] == ["*.gguf"]
    (match,) = kind.iter(f"{_MIME}match")
    assert (match.get("offset"), match.get("value")) == ("0", "GGUF")


def test_the_description_names_what_is_installed() -> None:
    from linux.sources import metainfo

    root = ElementTree.fromstring(metainfo("1.2.3", "2026-11-26"))
    said = {element.tag: (element.text or "").strip() for element in root}
    assert said["id"] == "local.coterie.Coterie"
    assert said["launchable"] == "coterie.desktop"
    assert said["project_license"] == "Apache-2.0"
    release = root.find("releases/release")
    assert release is not None
    assert release.attrib == {"version": "1.2.3", "date": "2026-11-26"}


def test_every_size_of_the_icon_has_its_size() -> None:
    from linux.icons import SIZES
    from linux.sources import ICONS, share_files

    placed = share_files()
    for size_px in SIZES:
        png = placed[f"icons/hicolor/{size_px}x{size_px}/apps/coterie.png"]
        assert png.parent == ICONS
        assert struct.unpack(">II", png.read_bytes()[16:24]) == (size_px, size_px)
    assert "icons/hicolor/scalable/apps/coterie.svg" in placed


def test_small_sizes_have_a_drawing_of_their_own() -> None:
    from linux.icons import source_of

    assert [source_of(size).name for size in (16, 22, 24, 32, 256)] == [
        "coterie-16.svg",
        "coterie-22.svg",
        "coterie-24.svg",
        "coterie.svg",
        "coterie.svg",
    ]


@pytest.mark.usefixtures("qapp")
def test_the_icons_are_those_of_their_drawings(tmp_path: Path) -> None:
    """Whoever changes a drawing runs packaging/linux/icons.py again."""
    from linux.icons import draw
    from linux.sources import ICONS
    from PySide6.QtGui import QImage

    for size_px in (16, 48, 256):
        draw(size_px, tmp_path / "drawn.png")
        drawn, kept = (
            QImage(str(tmp_path / "drawn.png")),
            QImage(str(ICONS / f"coterie-{size_px}.png")),
        )
        furthest = max(
            abs(a - b)
            for x in range(0, size_px, 5)
            for y in range(0, size_px, 5)
            for a, b in zip(
                drawn.pixelColor(x, y).getRgb(), kept.pixelColor(x, y).getRgb(), strict=True
            )
        )
        # Another Qt may round the edges a little differently.
        assert furthest <= 40
