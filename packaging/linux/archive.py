"""Builds the archive that runs where it is unpacked, and an AppImage where its tool is there."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from linux import sources
from linux.failure import PackagingError

SCRIPTS = {
    "install.sh": "install.sh",
    "uninstall.sh": "uninstall.sh",
    "refresh.sh": "share/refresh.sh",
}
APPIMAGE_TOOL = "appimagetool"
_APP_RUN = '#!/bin/sh\nexec "$(dirname "$(readlink -f "$0")")/program/coterie" "$@"\n'


def build_archive(bundle: Path, out: Path, version: str) -> Path:
    """`coterie-<version>-linux-x86_64.tar.xz`, all in one folder of the same name."""
    name = f"coterie-{version}-linux-x86_64"
    package = out / f"{name}.tar.xz"
    work = out / "archive-tree"
    shutil.rmtree(work, ignore_errors=True)
    try:
        lay_out(bundle, work / name)
        _pack(work, name, package)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return package


def lay_out(bundle: Path, tree: Path) -> None:
    """The bundle, what desktops look for in `share`, and the scripts."""
    shutil.copytree(bundle, tree, symlinks=True)
    _put_share(tree / "share")
    for script, place in SCRIPTS.items():
        shutil.copyfile(sources.LINUX / "archive" / script, tree / place)
        (tree / place).chmod(0o755)


def build_appimage(
    bundle: Path, out: Path, version: str, which: Callable[[str], str | None] = shutil.which
) -> Path | None:
    """None where its tool is not at hand."""
    tool = which(APPIMAGE_TOOL)
    if tool is None:
        return None
    package = out / f"Coterie-{version}-x86_64.AppImage"
    tree = out / "appimage-tree"
    shutil.rmtree(tree, ignore_errors=True)
    try:
        shutil.copytree(bundle, tree / "program", symlinks=True)
        _put_share(tree / "usr" / "share")
        shutil.copyfile(sources.SHARE / "coterie.desktop", tree / "coterie.desktop")
        shutil.copyfile(sources.ICONS / "coterie-256.png", tree / "coterie.png")
        (tree / "AppRun").write_text(_APP_RUN, encoding="utf-8")
        (tree / "AppRun").chmod(0o755)
        _run((tool, "--no-appstream", str(tree), str(package)), {"ARCH": "x86_64"})
    finally:
        shutil.rmtree(tree, ignore_errors=True)
    return package


def _put_share(share: Path) -> None:
    for place, source in sources.share_files().items():
        target = share / place
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def _pack(folder: Path, name: str, package: Path) -> None:
    owner = ("--owner=0", "--group=0", "--numeric-owner", "--sort=name")
    partial = package.with_suffix(".part")
    command = ("tar", "--create", "--xz", *owner, f"--file={partial}", "-C", str(folder), name)
    _run(command, {"XZ_OPT": "-T0"})
    partial.replace(package)


def _run(command: tuple[str, ...], more: dict[str, str]) -> None:
    try:
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, env={**os.environ, **more}
        )
    except FileNotFoundError:
        raise PackagingError(f"{command[0]} is missing: install the package it is in.") from None
    if done.returncode != 0:
        raise PackagingError(f"{command[0]} could not build the package: {done.stderr.strip()}")
