"""`python packaging/macos/make_app.py BUNDLE VERSION TARGET`: dist/coterie as Coterie.app.

Not yet run on macOS. What is code goes where codesign wants code, the rest where it wants data.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROGRAMS = ("coterie", "coterie-part")
CODE_ENDINGS = (".so", ".dylib")
ICON = HERE.parents[1] / "build" / "coterie.icns"


def make_app(bundle: Path, version: str, target: Path) -> Path:
    """Coterie.app in the folder `target`, in place of one that is there."""
    app = target / "Coterie.app"
    shutil.rmtree(app, ignore_errors=True)
    contents = app / "Contents"
    for folder in ("MacOS", "Frameworks", "Resources"):
        (contents / folder).mkdir(parents=True)
    plist = (HERE / "Info.plist").read_text(encoding="utf-8").replace("@VERSION@", version)
    (contents / "Info.plist").write_text(plist, encoding="utf-8")
    for name in PROGRAMS:
        shutil.copy2(bundle / name, contents / "MacOS" / name)
    # PyInstaller's programs look for what is theirs in Frameworks when they are in an .app.
    for entry in sorted((bundle / "_internal").iterdir()):
        _place(entry, contents)
    if ICON.is_file():
        shutil.copy2(ICON, contents / "Resources" / ICON.name)
    return app


def _place(entry: Path, contents: Path) -> None:
    folder = "Frameworks" if _holds_code(entry) else "Resources"
    copied = contents / folder / entry.name
    if entry.is_dir():
        shutil.copytree(entry, copied, symlinks=True)
    else:
        shutil.copy2(entry, copied, follow_symlinks=False)
    if folder == "Resources":
        link = contents / "Frameworks" / entry.name
        link.symlink_to(Path(os.pardir) / "Resources" / entry.name)


def _holds_code(entry: Path) -> bool:
    files = entry.rglob("*") if entry.is_dir() else (entry,)
    return any(_is_code(path) for path in files)


def _is_code(path: Path) -> bool:
    # A framework's own library has no ending: its folder tells.
    return path.suffix in CODE_ENDINGS or any(part.endswith(".framework") for part in path.parts)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("usage: make_app.py BUNDLE VERSION TARGET")
    print(make_app(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])))
