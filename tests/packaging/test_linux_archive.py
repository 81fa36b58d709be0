"""The archive runs where it is unpacked, and its two scripts undo each other."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

PROGRAM = '#!/bin/sh\nprintf "%s " "$0" "$@" >>"$HOME/started"\n'


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    folder = tmp_path / "bundle"
    (folder / "_internal").mkdir(parents=True)
    (folder / "coterie").write_text(PROGRAM)
    (folder / "coterie").chmod(0o755)
    return folder


@pytest.fixture
def unpacked(bundle: Path, tmp_path: Path) -> Path:
    """In a folder with a space in its name."""
    from linux.archive import build_archive

    out = tmp_path / "out"
    out.mkdir()
    package = build_archive(bundle, out, "1.2.3")
    assert [path.name for path in out.iterdir()] == ["coterie-1.2.3-linux-x86_64.tar.xz"]
    place = tmp_path / "my programs"
    place.mkdir()
    subprocess.run(("tar", "xf", str(package), "-C", str(place)), check=True)
    return place / "coterie-1.2.3-linux-x86_64"


def run(script: Path, home: Path) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    return subprocess.run(
        (str(script),),
        env=kept | {"HOME": str(home)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


def test_installing_puts_it_into_the_menu_and_on_the_path(unpacked: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    done = run(unpacked / "install.sh", home)
    assert (done.returncode, done.stderr) == (0, "")
    link = home / ".local/bin/coterie"
    assert link.readlink() == unpacked / "coterie"
    entry = (home / ".local/share/applications/coterie.desktop").read_text().splitlines()
    assert f'Exec="{unpacked}/coterie" %F' in entry
    assert f"TryExec={unpacked}/coterie" in entry
    assert "MimeType=application/x-gguf;" in entry
    icons = home / ".local/share/icons/hicolor"
    assert (icons / "256x256/apps/coterie.png").is_file()
    assert (icons / "scalable/apps/coterie.svg").is_file()
    assert (home / ".local/share/mime/packages/coterie.xml").is_file()
    subprocess.run((str(link), "--version"), env=os.environ | {"HOME": str(home)}, check=True)
    assert (home / "started").read_text().endswith("--version ")


def test_uninstalling_leaves_no_file(unpacked: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    other = home / ".local/share/icons/hicolor/16x16/apps/other.png"
    other.parent.mkdir(parents=True)
    other.write_bytes(b"")
    assert run(unpacked / "install.sh", home).returncode == 0
    assert run(unpacked / "install.sh", home).returncode == 0
    done = run(unpacked / "uninstall.sh", home)
    assert (done.returncode, done.stderr) == (0, "")
    assert "no terminal" in done.stdout
    made = ("mimeinfo.cache", "/mime/")  # by the desktop's own tools, where they are installed
    left = [name for name in files(home) if not any(part in name for part in made)]
    assert left == [".local/share/icons/hicolor/16x16/apps/other.png"]
    assert not (home / ".local/share/mime/packages/coterie.xml").exists()


def test_another_copy_in_the_menu_stays(unpacked: Path, tmp_path: Path) -> None:
    home, second = tmp_path / "home", tmp_path / "second"
    home.mkdir()
    assert run(unpacked / "install.sh", home).returncode == 0
    unpacked.rename(second)
    subprocess.run(("cp", "-r", str(second), str(unpacked)), check=True)
    assert run(second / "uninstall.sh", home).returncode == 0
    assert (home / ".local/share/applications/coterie.desktop").is_file()
    assert (home / ".local/bin/coterie").is_symlink()


def test_a_program_of_the_same_name_is_left_alone(unpacked: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    own = home / ".local/bin/coterie"
    own.parent.mkdir(parents=True)
    own.write_text("mine")
    done = run(unpacked / "install.sh", home)
    assert done.returncode == 0
    assert "left alone" in done.stderr
    assert run(unpacked / "uninstall.sh", home).returncode == 0
    assert own.read_text() == "mine"


def test_a_path_that_a_menu_cannot_hold_is_refused(unpacked: Path, tmp_path: Path) -> None:
    odd = tmp_path / "100%"
    unpacked.rename(odd)
    home = tmp_path / "home"
    home.mkdir()
    done = run(odd / "install.sh", home)
    assert done.returncode == 1
    assert "Move this folder" in done.stderr
    assert files(home) == []


def test_no_appimage_without_its_tool(bundle: Path, tmp_path: Path) -> None:
    from linux.archive import build_appimage

    assert build_appimage(bundle, tmp_path, "1.2.3", lambda _name: None) is None


def test_an_appimage_has_what_its_tool_wants(bundle: Path, tmp_path: Path) -> None:
    from linux.archive import build_appimage

    tool = tmp_path / "appimagetool"
    tool.write_text('#!/bin/sh\nls "$2" >"$3"\n"$2/AppRun" --version\n')
    tool.chmod(0o755)
    package = build_appimage(bundle, tmp_path, "1.2.3", lambda _name: str(tool))
    assert package is not None
    listed = package.read_text().split()
    assert listed == ["AppRun", "coterie.desktop", "coterie.png", "program", "usr"]
