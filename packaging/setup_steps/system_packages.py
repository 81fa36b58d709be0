"""Which system packages bring a missing prerequisite, and the line that installs them."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Family = Literal["apt", "dnf", "pacman", "zypper"]

COMPILER = "a C++17 compiler"
VENV = "Python's venv and ensurepip modules"
# What a bundle is made with: PyInstaller reads libraries with objdump, and puts in libpython.
BINUTILS = ("objdump", "strip")
SHARED_PYTHON = "Python's shared library (one from pyenv has it when built with --enable-shared)"

_FAMILIES: dict[str, Family] = {
    "debian": "apt",
    "ubuntu": "apt",
    "fedora": "dnf",
    "rhel": "dnf",
    "centos": "dnf",
    "arch": "pacman",
    "suse": "zypper",
    "opensuse": "zypper",
}
_INSTALL: dict[Family, str] = {
    "apt": "apt-get update && {sudo}apt-get install -y --no-install-recommends",
    "dnf": "dnf install -y",
    "pacman": "pacman -S --needed",
    "zypper": "zypper install -y",
}
_ORDER: tuple[Family, ...] = ("apt", "dnf", "pacman", "zypper")
_PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"

# What Qt opens when it draws off screen, and what its X11 plugin opens besides. A missing one
# makes Qt abort the process. Found with ldd on bare Debian 12 and PySide6-Essentials 6.11.3.
OFFSCREEN_LIBRARIES = {
    "libGL.so.1": ("libgl1", "libglvnd-glx", "libglvnd", "Mesa-libGL1"),
    "libEGL.so.1": ("libegl1", "libglvnd-egl", "libglvnd", "Mesa-libEGL1"),
    "libxkbcommon.so.0": ("libxkbcommon0", "libxkbcommon", "libxkbcommon", "libxkbcommon0"),
    "libfontconfig.so.1": ("libfontconfig1", "fontconfig", "fontconfig", "libfontconfig1"),
    "libdbus-1.so.3": ("libdbus-1-3", "dbus-libs", "dbus", "libdbus-1-3"),
    "libglib-2.0.so.0": ("libglib2.0-0", "glib2", "glib2", "libglib-2_0-0"),
}
X11_LIBRARIES = {
    "libxcb-cursor.so.0": (
        "libxcb-cursor0",
        "xcb-util-cursor",
        "xcb-util-cursor",
        "libxcb-cursor0",
    ),
    "libxcb-icccm.so.4": ("libxcb-icccm4", "xcb-util-wm", "xcb-util-wm", "libxcb-icccm4"),
    "libxcb-image.so.0": ("libxcb-image0", "xcb-util-image", "xcb-util-image", "libxcb-image0"),
    "libxcb-keysyms.so.1": (
        "libxcb-keysyms1",
        "xcb-util-keysyms",
        "xcb-util-keysyms",
        "libxcb-keysyms1",
    ),
    "libxcb-render-util.so.0": (
        "libxcb-render-util0",
        "xcb-util-renderutil",
        "xcb-util-renderutil",
        "libxcb-render-util0",
    ),
    "libxcb-shape.so.0": ("libxcb-shape0", "libxcb", "libxcb", "libxcb-shape0"),
    "libxcb-xkb.so.1": ("libxcb-xkb1", "libxcb", "libxcb", "libxcb-xkb1"),
    "libxkbcommon-x11.so.0": (
        "libxkbcommon-x11-0",
        "libxkbcommon-x11",
        "libxkbcommon-x11",
        "libxkbcommon-x11-0",
    ),
}
_PACKAGES = {
    COMPILER: ("g++", "gcc-c++", "gcc", "gcc-c++"),
    VENV: (f"{_PYTHON}-venv", "python3-libs", "python", "python3-base"),
    **dict.fromkeys(BINUTILS, ("binutils",) * len(_ORDER)),
    SHARED_PYTHON: (
        f"lib{_PYTHON}",
        "python3-libs",
        "python",
        f"lib{_PYTHON}-1_0".replace(".", "_"),
    ),
    **OFFSCREEN_LIBRARIES,
    **X11_LIBRARIES,
}


@dataclass(frozen=True)
class System:
    """The operating system as far as installing goes; `family` is None for one we don't know."""

    family: Family | None
    is_root: bool
    platform: str = "linux"


def family_of(os_release: str) -> Family | None:
    """The package tool of the system that /etc/os-release describes."""
    fields = dict(line.split("=", 1) for line in os_release.splitlines() if "=" in line)
    quoted = f"{fields.get('ID', '')} {fields.get('ID_LIKE', '')}"
    for name in quoted.replace('"', " ").replace("'", " ").split():
        family = _FAMILIES.get(name) or _FAMILIES.get(name.split("-")[0])
        if family:
            return family
    return None


def packages_for(missing: Iterable[str], family: Family) -> list[str]:
    """The packages that bring what is missing, each once, in the order of `missing`."""
    column = _ORDER.index(family)
    return list(dict.fromkeys(_PACKAGES[name][column] for name in missing))


def install_line(missing: Iterable[str], system: System) -> str:
    """The exact line to type; "" where we don't know the system's package tool."""
    missing = list(missing)
    if system.platform == "darwin" and COMPILER in missing:
        return "xcode-select --install"
    if system.family is None:
        return ""
    sudo = "" if system.is_root else "sudo "
    command = _INSTALL[system.family].format(sudo=sudo)
    return f"{sudo}{command} {' '.join(packages_for(missing, system.family))}"
