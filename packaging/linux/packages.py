"""`python packaging/linux/packages.py BUNDLE OUT`: packs a bundle for Linux desktops."""

from __future__ import annotations

import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from linux import archive, control, needed_libraries, sources
from linux.deb import DebWish, build_deb
from linux.failure import PackagingError

_MB = 1_000_000


def main(arguments: list[str]) -> int:
    """Build what this machine has the tools for, and say what was left out."""
    if len(arguments) != 2:
        print("usage: packages.py BUNDLE OUT", file=sys.stderr)
        return 2
    bundle, out = (Path(word).resolve() for word in arguments)
    if not (bundle / "coterie").is_file():
        print(f"{bundle} is not a bundle: there is no program coterie in it.", file=sys.stderr)
        return 1
    out.mkdir(parents=True, exist_ok=True)
    try:
        _build_all(bundle, out, sources.version())
    except PackagingError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


def _build_all(bundle: Path, out: Path, version: str) -> None:
    if shutil.which("dpkg-deb"):
        depends = _depends(bundle)
        print(f"Depends: {depends}", flush=True)
        _tell(build_deb(DebWish(bundle, out, version, depends, datetime.now(UTC))))
    else:
        print("The .deb was left out: dpkg-deb is not here.")
    _tell(archive.build_archive(bundle, out, version))
    appimage = archive.build_appimage(bundle, out, version)
    if appimage:
        _tell(appimage)
    else:
        print(f"The AppImage was left out: {archive.APPIMAGE_TOOL} is not here.")


def _depends(bundle: Path) -> str:
    facts = needed_libraries.read_facts(bundle)
    packages = needed_libraries.packages_of(needed_libraries.missing_sonames(facts))
    for soname, package in packages.items():
        print(f"  {soname} is in {package}")
    glibc = needed_libraries.oldest_glibc(facts)
    return needed_libraries.depends(packages.values(), glibc, control.ALWAYS)


def _tell(package: Path) -> None:
    print(f"{package}: {package.stat().st_size / _MB:.1f} MB", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
