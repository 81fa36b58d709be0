"""Which system packages the .deb asks for: what the bundle's libraries need and it lacks."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

OBJDUMP = """
/lib/libQt6Gui.so.6:     file format elf64-x86-64

Dynamic Section:
  NEEDED               libGL.so.1
  NEEDED               libQt6Core.so.6
  NEEDED               libc.so.6
  NEEDED               ld-linux-x86-64.so.2
  SONAME               libQt6Gui.so.6

Version References:
  required from libc.so.6:
    0x0d696914 0x00 04 GLIBC_2.4
    0x09691a75 0x00 02 GLIBC_2.17
    0x069691b4 0x00 08 GLIBC_2.34
  required from libstdc++.so.6:
    0x0297f868 0x00 06 GLIBCXX_3.4.30
"""
LDCONFIG = """3 libs found in cache `/etc/ld.so.cache'
\tlibGL.so.1 (libc6,x86-64) => /lib/x86_64-linux-gnu/libGL.so.1
\tlibGL.so.1 (libc6) => /lib/i386-linux-gnu/libGL.so.1
\tlibglib-2.0.so.0 (libc6,x86-64) => /lib/x86_64-linux-gnu/libglib-2.0.so.0
"""


def test_what_a_library_says_of_itself() -> None:
    from linux.needed_libraries import read_elf

    facts = read_elf(OBJDUMP)
    assert facts.soname == "libQt6Gui.so.6"
    assert "libGL.so.1" in facts.needed
    assert facts.glibc == (2, 34)


def test_only_what_is_not_inside_is_missing() -> None:
    from linux.needed_libraries import ElfFacts, missing_sonames, oldest_glibc, read_elf

    facts = {
        Path("_internal/libQt6Gui.so.6"): read_elf(OBJDUMP),
        Path("_internal/renamed.so"): ElfFacts("libQt6Core.so.6", frozenset({"libz.so.1"}), ()),
        Path("platformthemes/libqgtk3.so"): ElfFacts("", frozenset({"libgtk-3.so.0"}), ()),
        Path("_internal/libz.so.1"): ElfFacts("", frozenset({"libcuda.so.1"}), (2, 4)),
    }
    assert missing_sonames(facts) == {"libGL.so.1", "libc.so.6"}
    assert oldest_glibc(facts) == "2.34"
    assert oldest_glibc({}) == ""


@pytest.mark.parametrize(
    ("packages", "glibc", "field"),
    [
        (["libgl1", "libc6", "libc6"], "2.34", "libc6 (>= 2.34), libgl1"),
        (["libglib2.0-0t64", "libegl1"], "2.4", "libc6 (>= 2.4), libegl1, libglib2.0-0"),
        (["libegl1"], "", "libegl1"),
    ],
)
def test_packages_are_folded(packages: list[str], glibc: str, field: str) -> None:
    from linux.needed_libraries import depends

    assert depends(packages, glibc) == field


def test_what_is_always_needed_is_named_once() -> None:
    from linux.needed_libraries import depends

    always = ("ca-certificates", "debconf (>= 0.5) | debconf-2.0")
    assert depends(["libgl1"], "2.34", always) == (
        "libc6 (>= 2.34), ca-certificates, debconf (>= 0.5) | debconf-2.0, libgl1"
    )


def answering(*command: str) -> str:
    if command == ("/sbin/ldconfig", "-p"):
        return LDCONFIG
    known = {
        "/lib/x86_64-linux-gnu/libGL.so.1": "libgl1:amd64: /lib/x86_64-linux-gnu/libGL.so.1\n",
        "/usr/lib/x86_64-linux-gnu/libglib-2.0.so.0": "libglib2.0-0:amd64: there\n",
    }
    return known.get(command[2], "")


def test_a_library_is_looked_up_by_either_name_of_its_place() -> None:
    from linux.needed_libraries import packages_of

    assert packages_of(("libGL.so.1", "libglib-2.0.so.0"), answering) == {
        "libGL.so.1": "libgl1",
        "libglib-2.0.so.0": "libglib2.0-0",
    }


@pytest.mark.parametrize(
    ("soname", "package"),
    [
        ("libwayland-cursor.so.0", "libwayland-cursor0"),
        ("libfoo-2.so.0", "libfoo-2-0"),
        ("libX11_extra.so.6", "libx11-extra6"),
    ],
)
def test_one_that_this_machine_lacks_has_its_usual_name(soname: str, package: str) -> None:
    from linux.needed_libraries import packages_of

    assert packages_of((soname,), answering) == {soname: package}


def test_one_without_a_number_has_no_usual_name() -> None:
    from linux.failure import PackagingError
    from linux.needed_libraries import packages_of

    with pytest.raises(PackagingError, match=r"libfoo\.so"):
        packages_of(("libfoo.so",), answering)


def test_programs_and_libraries_are_found_by_their_first_bytes(tmp_path: Path) -> None:
    from linux.needed_libraries import elf_files

    (tmp_path / "lib.so").write_bytes(b"\x7fELF rest")
    (tmp_path / "again.so").symlink_to("lib.so")
    (tmp_path / "text.so").write_text("no")
    (tmp_path / "empty").touch()
    assert elf_files(tmp_path) == [tmp_path / "lib.so"]


def test_the_bundle_and_the_packages_look_for_them_in_one_way() -> None:
    from bundle import elf
    from linux import needed_libraries

    assert needed_libraries.elf_files is elf.elf_files


@pytest.mark.skipif(sys.platform != "linux", reason="ELF is Linux's format")
def test_a_real_program_is_read(tmp_path: Path) -> None:
    from linux.needed_libraries import missing_sonames, read_facts

    # resolve: a virtual environment has only a link to it
    (tmp_path / "python").write_bytes(Path(sys.executable).resolve().read_bytes())
    assert "libc.so.6" in missing_sonames(read_facts(tmp_path))
