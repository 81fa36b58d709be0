"""The comparison that the smoke test ends with."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def system(tmp_path: Path) -> Path:
    for name in ("usr/bin/tool", "etc/conf", "proc/1/maps", "home/tester/chat", "var/log/dpkg.log"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (tmp_path / "usr/bin/link").symlink_to("tool")
    return tmp_path


APART = ("/proc", "/home/tester")


def test_files_folders_and_links_are_listed_but_not_what_is_apart(system: Path) -> None:
    from linux.file_list import files_below

    found = files_below(system, APART)
    assert set(found) == {
        *("/usr", "/usr/bin", "/usr/bin/tool", "/usr/bin/link", "/etc", "/etc/conf"),
        *("/home", "/var", "/var/log", "/var/log/dpkg.log"),
    }


def test_the_same_system_has_no_difference(system: Path) -> None:
    from linux.file_list import difference, files_below

    before = files_below(system, APART)
    (system / "usr/bin/tool").touch()
    assert not difference(before, files_below(system, APART))


def test_whatever_is_different_is_named(system: Path) -> None:
    from linux.file_list import difference, files_below

    before = files_below(system, APART)
    (system / "usr/lib/coterie").mkdir(parents=True)
    (system / "etc/conf").write_text("other")
    (system / "usr/bin/link").unlink()
    (system / "usr/bin/link").symlink_to("/usr/bin/tool")
    (system / "usr/bin/tool").unlink()
    (system / "home/tester/chat").unlink()
    found = difference(before, files_below(system, APART))
    assert found
    assert found.added == ("/usr/lib", "/usr/lib/coterie")
    assert found.changed == ("/etc/conf", "/usr/bin/link")
    assert found.gone == ("/usr/bin/tool",)


def test_what_the_system_writes_itself_is_ignored(system: Path) -> None:
    from linux.file_list import SYSTEMS_OWN, difference, files_below

    before = files_below(system, APART)
    (system / "var/log/dpkg.log").write_text("more")
    (system / "var/lib/dpkg/info").mkdir(parents=True)
    (system / "var/log/coterie.log").touch()
    found = difference(before, files_below(system, APART), SYSTEMS_OWN)
    assert "/var/log/coterie.log" in found.added
    assert not [path for path in found.added if path.startswith("/var/lib/dpkg/")]
    assert found.changed == ()
