"""What is missing is found before anything is made, and the install line is exact."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable
from dataclasses import replace

import pytest
from setup_steps.compiler import Compiler
from setup_steps.prerequisites import Needs, Probes, qt_libraries, require
from setup_steps.processes import Completed, SetupError
from setup_steps.system_packages import (
    BINUTILS,
    COMPILER,
    OFFSCREEN_LIBRARIES,
    SHARED_PYTHON,
    VENV,
    X11_LIBRARIES,
    Family,
    System,
    family_of,
    packages_for,
)

GCC = Compiler("cc", "c++", "g++ 12.2.0", openmp=True, amx_off=True)
ALL = Needs(compiler=True, venv=True, libraries=(*OFFSCREEN_LIBRARIES, *X11_LIBRARIES))
SUDO_APT = "sudo apt-get update && sudo apt-get install -y --no-install-recommends"
PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"
VENV_PACKAGE = f"{PYTHON}-venv"


class Machine:
    """A machine without some things; installing any package with apt-get brings them all."""

    def __init__(self, missing: Iterable[str], apt_works: bool = True) -> None:
        self._missing = set(missing)
        self._apt_works = apt_works
        self.apt_calls: list[tuple[str, ...]] = []

    def probes(self) -> Probes:
        return Probes(
            compiler=lambda: None if COMPILER in self._missing else GCC,
            has_venv=lambda: VENV not in self._missing,
            has_library=lambda name: name not in self._missing,
            has_program=lambda name: name not in self._missing,
            has_shared_python=lambda: SHARED_PYTHON not in self._missing,
        )

    def apt_get(self, *arguments: str) -> Completed:
        self.apt_calls.append(arguments)
        if not self._apt_works:
            return Completed(100, "E: Unable to locate package")
        if arguments[0] == "install":
            self._missing = set()
        return Completed(0, "")

    def require(self, system: System, needs: Needs = ALL) -> Compiler | None:
        return require(needs, self.probes(), system, self.apt_get, io.StringIO())

    def refusal(self, system: System) -> str:
        with pytest.raises(SetupError) as refused:
            self.require(system)
        return str(refused.value)


def test_nothing_missing_gives_the_compiler() -> None:
    machine = Machine(())
    assert machine.require(System("apt", is_root=True)) == GCC
    assert machine.apt_calls == []


@pytest.mark.parametrize(
    ("family", "line"),
    [
        (
            "apt",
            f"{SUDO_APT} g++ {VENV_PACKAGE} libgl1 libxcb-cursor0",
        ),
        ("dnf", "sudo dnf install -y gcc-c++ python3-libs libglvnd-glx xcb-util-cursor"),
        ("pacman", "sudo pacman -S --needed gcc python libglvnd xcb-util-cursor"),
        ("zypper", "sudo zypper install -y gcc-c++ python3-base Mesa-libGL1 libxcb-cursor0"),
    ],
)
def test_a_user_is_given_the_line(family: Family, line: str) -> None:
    machine = Machine([COMPILER, VENV, "libGL.so.1", "libxcb-cursor.so.0"])
    text = machine.refusal(System(family, is_root=False))
    assert f"\n  {line}\n" in text
    assert "Nothing was changed" in text
    assert machine.apt_calls == []


def test_root_needs_no_sudo() -> None:
    text = Machine([COMPILER]).refusal(System("dnf", is_root=True))
    assert "\n  dnf install -y gcc-c++\n" in text


def test_root_on_debian_has_it_installed() -> None:
    machine = Machine([COMPILER, "libEGL.so.1"])
    assert machine.require(System("apt", is_root=True)) == GCC
    assert machine.apt_calls == [
        ("update",),
        ("install", "-y", "--no-install-recommends", "g++", "libegl1"),
    ]


def test_an_install_that_fails_is_told_with_its_reason() -> None:
    text = Machine(["libGL.so.1"], apt_works=False).refusal(System("apt", is_root=True))
    assert "libGL.so.1" in text
    assert "E: Unable to locate package" in text


def test_an_unknown_system_is_told_what_is_missing() -> None:
    text = Machine([COMPILER]).refusal(System(None, is_root=False))
    assert text.startswith("Missing on this machine: a C++17 compiler.")


def test_a_mac_is_told_of_its_own_tools() -> None:
    text = Machine([COMPILER]).refusal(System(None, is_root=False, platform="darwin"))
    assert "xcode-select --install" in text


BUNDLE = replace(ALL, programs=BINUTILS, shared_python=True)


@pytest.mark.parametrize(
    ("family", "packages"),
    [
        ("apt", f"binutils lib{PYTHON}"),
        ("dnf", "binutils python3-libs"),
        ("pacman", "binutils python"),
        ("zypper", f"binutils lib{PYTHON.replace('.', '_')}-1_0"),
    ],
)
def test_a_bundle_needs_the_tools_for_libraries(family: Family, packages: str) -> None:
    machine = Machine([*BINUTILS, SHARED_PYTHON])
    with pytest.raises(SetupError) as refused:
        machine.require(System(family, is_root=False), BUNDLE)
    assert f" {packages}\n" in str(refused.value)
    assert "--enable-shared" in str(refused.value)


def test_a_run_does_without_them() -> None:
    machine = Machine([*BINUTILS, SHARED_PYTHON])
    assert machine.require(System("apt", is_root=False)) == GCC


def test_only_what_is_needed_is_looked_for() -> None:
    machine = Machine([COMPILER, VENV, "libGL.so.1"])
    nothing = Needs(compiler=False, venv=False, libraries=())
    assert machine.require(System("apt", is_root=False), nothing) is None


@pytest.mark.parametrize(
    ("window", "environment", "platform", "expected"),
    [
        (False, {"DISPLAY": ":0"}, "linux", {*OFFSCREEN_LIBRARIES}),
        (True, {}, "linux", {*OFFSCREEN_LIBRARIES}),
        (True, {"DISPLAY": ":0"}, "linux", {*OFFSCREEN_LIBRARIES, *X11_LIBRARIES}),
        (True, {"DISPLAY": ":0"}, "darwin", set()),
    ],
)
def test_x11_is_needed_only_for_a_window_on_x11(
    window: bool, environment: dict[str, str], platform: str, expected: set[str]
) -> None:
    assert set(qt_libraries(window, environment, platform)) == expected


@pytest.mark.parametrize(
    ("os_release", "family"),
    [
        ('PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\n', "apt"),
        ('ID=linuxmint\nID_LIKE="ubuntu debian"\n', "apt"),
        ("ID=fedora\n", "dnf"),
        ('ID="almalinux"\nID_LIKE="rhel centos fedora"\n', "dnf"),
        ("ID=arch\n", "pacman"),
        ("ID=endeavouros\nID_LIKE='arch'\n", "pacman"),
        ('ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"\n', "zypper"),
        ("ID=plan9\n", None),
        ("", None),
    ],
)
def test_the_system_is_known_by_its_release_file(os_release: str, family: str | None) -> None:
    assert family_of(os_release) == family


def test_debian_names_are_those_qt_was_tried_with() -> None:
    assert set(packages_for(OFFSCREEN_LIBRARIES, "apt")) == {
        *("libglib2.0-0", "libgl1", "libegl1", "libxkbcommon0", "libfontconfig1", "libdbus-1-3"),
    }
    assert set(packages_for(X11_LIBRARIES, "apt")) == {
        *("libxcb-cursor0", "libxcb-icccm4", "libxcb-keysyms1", "libxcb-shape0", "libxcb-xkb1"),
        *("libxkbcommon-x11-0", "libxcb-image0", "libxcb-render-util0"),
    }


def test_a_package_is_named_once() -> None:
    assert packages_for(["libGL.so.1", "libEGL.so.1"], "pacman") == ["libglvnd"]
