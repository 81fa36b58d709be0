"""The .deb is built for real from a tiny bundle and looked into with dpkg-deb."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import subprocess
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

NOW = datetime(2026, 11, 26, 3, 30, tzinfo=UTC)
needs_dpkg = pytest.mark.skipif(
    shutil.which("dpkg-deb") is None, reason="dpkg-deb is not on this system"
)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """As PyInstaller leaves one, with the builder's own modes."""
    folder = tmp_path / "bundle"
    (folder / "_internal" / "licences").mkdir(parents=True)
    (folder / "_internal" / "assets").mkdir()
    for name in ("coterie", "coterie-part"):
        (folder / name).write_text("#!/bin/sh\necho coterie 1.2.3\n")
        (folder / name).chmod(0o700)
    (folder / "_internal" / "libQt6Core.so.6").write_bytes(b"\x7fELF" + b"0" * 3000)
    (folder / "_internal" / "libQt6Core.so.6").chmod(0o755)
    (folder / "_internal" / "libQt6Core.so").symlink_to("libQt6Core.so.6")
    (folder / "_internal" / "licences" / "Qt.txt").write_text("LGPL")
    return folder


def built(bundle: Path, out: Path) -> Path:
    from linux.deb import DebWish, build_deb

    out.mkdir()
    return build_deb(DebWish(bundle, out, "1.2.3", "libc6 (>= 2.34), libgl1", NOW))


def members(deb: Path, option: str) -> dict[str, tuple[tarfile.TarInfo, bytes]]:
    """What is in it, by name from `./` on."""
    done = subprocess.run(("dpkg-deb", option, str(deb)), check=True, capture_output=True)
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as tar:
        return {
            member.name.removeprefix("./"): (
                member,
                reader.read() if (reader := tar.extractfile(member)) and member.isfile() else b"",
            )
            for member in tar
        }


@needs_dpkg
def test_every_file_is_where_desktops_look_and_roots_own(bundle: Path, tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        deb = built(bundle, tmp_path / "out")
    finally:
        os.umask(before)
    assert deb.name == "coterie_1.2.3_amd64.deb"
    assert list(deb.parent.iterdir()) == [deb]
    data = members(deb, "--fsys-tarfile")
    assert {member.uid for member, _ in data.values()} == {0}
    assert data["usr/bin/coterie"][0].linkname == "../lib/coterie/coterie"
    for name in (
        "usr/share/applications/coterie.desktop",
        "usr/share/mime/packages/coterie.xml",
        "usr/share/icons/hicolor/scalable/apps/coterie.svg",
        "usr/share/icons/hicolor/16x16/apps/coterie.png",
        "usr/share/icons/hicolor/512x512/apps/coterie.png",
    ):
        assert data[name][0].mode == 0o644, name
    assert data["usr/lib/coterie/coterie"][0].mode == 0o755
    assert data["usr/lib/coterie/_internal/libQt6Core.so.6"][0].mode == 0o644
    assert data["usr/lib/coterie/_internal/libQt6Core.so"][0].issym()
    folders = [member.mode for member, _ in data.values() if member.isdir()]
    assert set(folders) == {0o755}
    release = data["usr/share/metainfo/local.coterie.Coterie.metainfo.xml"][1].decode()
    assert '<release version="1.2.3" date="2026-11-26"/>' in release
    assert b"/usr/lib/coterie/_internal/licences" in data["usr/share/doc/coterie/copyright"][1]
    changes = gzip.decompress(data["usr/share/doc/coterie/changelog.gz"][1]).decode()
    assert changes.endswith("Thu, 26 Nov 2026 03:30:00 +0000\n")


@needs_dpkg
def test_its_control_data_is_true(bundle: Path, tmp_path: Path) -> None:
    deb = built(bundle, tmp_path / "out")
    said = members(deb, "--ctrl-tarfile")
    assert said["prerm"][0].mode == said["postrm"][0].mode == 0o755
    assert b"Template: coterie/delete-models" in said["templates"][1]
    fields = subprocess.run(
        ("dpkg-deb", "--field", str(deb), "Package", "Version", "Depends", "Installed-Size"),
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    assert fields[:3] == [
        "Package: coterie",
        "Version: 1.2.3",
        "Depends: libc6 (>= 2.34), libgl1",
    ]
    data = members(deb, "--fsys-tarfile")
    files = {name for name, (member, _) in data.items() if member.isfile()}
    summed = {line.split("  ")[1] for line in said["md5sums"][1].decode().splitlines()}
    assert summed == files
    least_kib = sum(member.size for member, _ in data.values()) // 1024
    assert least_kib <= int(fields[3].split()[1]) <= least_kib + len(data)


@needs_dpkg
def test_a_package_that_dpkg_refuses_is_a_sentence(bundle: Path, tmp_path: Path) -> None:
    from linux.deb import DebWish, build_deb
    from linux.failure import PackagingError

    (tmp_path / "out").mkdir()
    wish = DebWish(bundle, tmp_path / "out", "no version", "libc6", NOW)
    with pytest.raises(PackagingError, match="dpkg-deb could not build"):
        build_deb(wish)
    assert list((tmp_path / "out").iterdir()) == []


def test_the_question_about_models_is_in_each_language() -> None:
    from linux.sources import LINUX

    template = (LINUX / "debian" / "templates").read_text(encoding="utf-8")
    heads = [line for line in template.splitlines() if line.startswith("Description")]
    assert [head.split(":")[0] for head in heads] == [
        "Description",
        "Description-de.UTF-8",
        "Description-zh_CN.UTF-8",
    ]
    assert all("${user}" in head for head in heads)
    assert template.count("${found}") == 3
    assert "Default: false" in template


@pytest.mark.parametrize("name", ["prerm", "postrm"])
def test_maintainer_scripts_are_shell(name: str) -> None:
    from linux.sources import LINUX

    script = LINUX / "debian" / name
    assert subprocess.run(("sh", "-n", str(script))).returncode == 0
