"""Builds the .deb from the bundle."""

from __future__ import annotations

import gzip
import shutil
import subprocess
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from linux import control, sources
from linux.failure import PackagingError

PROGRAM_FOLDER = "usr/lib/coterie"
SCRIPTS = ("prerm", "postrm")
_READ, _RUN = 0o644, 0o755


@dataclass(frozen=True)
class DebWish:
    """What to build. `depends` is the field; `now` dates the change log and the release."""

    bundle: Path
    out: Path
    version: str
    depends: str
    now: datetime

    @property
    def package(self) -> Path:
        return self.out / f"coterie_{self.version}_amd64.deb"


def build_deb(wish: DebWish) -> Path:
    """Lay out the tree beside the package, pack it, and take the tree away again."""
    tree = wish.out / "deb-tree"
    shutil.rmtree(tree, ignore_errors=True)
    try:
        lay_out(wish, tree)
        _pack(tree, wish.package)
    finally:
        shutil.rmtree(tree, ignore_errors=True)
    return wish.package


def lay_out(wish: DebWish, tree: Path) -> None:
    """Everything as it will lie on the system, and the control data in `DEBIAN`."""
    program = tree / PROGRAM_FOLDER
    shutil.copytree(wish.bundle, program, symlinks=True)
    link = tree / "usr/bin/coterie"
    link.parent.mkdir(parents=True)
    link.symlink_to("../lib/coterie/coterie")
    for place, source in sources.share_files().items():
        _put(tree / "usr/share" / place, source.read_bytes())
    about = sources.metainfo(wish.version, f"{wish.now:%Y-%m-%d}")
    _put(tree / "usr/share/metainfo/local.coterie.Coterie.metainfo.xml", about.encode())
    doc = tree / "usr/share/doc/coterie"
    _put(doc / "copyright", control.copyright_text(_licences(wish.bundle)).encode())
    changes = control.changelog_text(wish.version, f"{wish.now:%a, %d %b %Y %H:%M:%S %z}")
    _put(doc / "changelog.gz", gzip.compress(changes.encode(), 9, mtime=0))
    _put_control(wish, tree)
    _set_modes(tree)


def _put_control(wish: DebWish, tree: Path) -> None:
    said = control.Control(wish.version, wish.depends, control.installed_kib(tree))
    sums = control.md5sums(tree)
    _put(tree / "DEBIAN/control", control.control_text(said).encode())
    _put(tree / "DEBIAN/md5sums", sums.encode())
    _put(tree / "DEBIAN/templates", (sources.LINUX / "debian/templates").read_bytes())
    for name in SCRIPTS:
        _put(tree / "DEBIAN" / name, (sources.LINUX / "debian" / name).read_bytes())
        (tree / "DEBIAN" / name).chmod(_RUN)


def _licences(bundle: Path) -> str:
    """Where the bundle keeps the licence texts."""
    found = (p for p in sorted(bundle.rglob("licen[cs]es")) if p.is_dir())
    folder = min(found, key=lambda path: len(path.parts), default=bundle)
    return f"/{PROGRAM_FOLDER}/{folder.relative_to(bundle).as_posix()}".removesuffix("/.")


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    path.chmod(_READ)


def _set_modes(tree: Path) -> None:
    """Whatever the builder's umask was; a library is not run."""
    for path in (tree, *tree.rglob("*")):
        if path.is_symlink():
            continue
        runs = path.is_dir() or (path.stat().st_mode & 0o100 and ".so" not in path.name)
        path.chmod(_RUN if runs else _READ)


def _pack(tree: Path, package: Path) -> None:
    partial = package.with_suffix(".part")
    command = ("dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(tree), str(partial))
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    except FileNotFoundError:
        raise PackagingError("dpkg-deb is missing: install the package dpkg.") from None
    if done.returncode != 0:
        raise PackagingError(f"dpkg-deb could not build the package: {done.stderr.strip()}")
    partial.replace(package)
