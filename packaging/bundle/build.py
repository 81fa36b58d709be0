"""`python packaging/bundle/build.py`: builds dist/coterie, the program as it is installed.

Run by the environment that `make bundle` prepares. STARTER=1 puts the starter model in.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
sys.path[0] = str(HERE.parent)

from bundle import additions, sizes, trimming  # noqa: E402
from bundle.failure import BundleError  # noqa: E402
from bundle.licence_folder import write_licences  # noqa: E402
from bundle.licence_texts import Places, copied_from  # noqa: E402
from bundle.programs import forbidden_in, modules_in  # noqa: E402
from bundle.pruning import NOT_IN_THE_WINDOW  # noqa: E402
from bundle.trying import try_programs  # noqa: E402

BUILD = CHECKOUT / "build" / "bundle"
DIST = CHECKOUT / "dist"
PACKAGES = CHECKOUT / "packaging" / "linux" / "packages.py"
LAST_LINES = 20


def main() -> int:
    """Build it; every expected failure is a sentence on stderr and exit code 1."""
    try:
        bundle = _build(with_starter=os.environ.get("STARTER", "") not in ("", "0"))
    except BundleError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    print(f"\n{bundle}\n{sizes.table(sizes.measured(bundle))}", flush=True)
    if not PACKAGES.exists() or sys.platform != "linux":
        return 0
    return subprocess.run((sys.executable, PACKAGES, bundle, DIST), check=False).returncode


def _build(*, with_starter: bool) -> Path:
    made = _run_pyinstaller()
    internal = made / "_internal"
    window, part = modules_in(made / "coterie"), modules_in(made / "coterie-part")
    if loaded := forbidden_in(window, NOT_IN_THE_WINDOW):
        raise BundleError(f"The window's program would hold {', '.join(loaded[:5])}.")
    sources = copied_from(BUILD / "work" / "coterie" / "COLLECT-00.toc")
    sources |= additions.add_engine(internal)
    additions.add_metadata(internal)
    if with_starter:
        additions.add_starter(internal, BUILD / "starter")
    trimming.trim(made)
    try_programs(made)
    licensed, lacking = write_licences(made, window | part, Places(CHECKOUT, internal, sources))
    print(f"Licences: the texts of {licensed} works; missing: {len(lacking)}", flush=True)
    if lacking:
        raise BundleError(f"No licence text was found for {', '.join(lacking)}.")
    return _to_dist(made)


def _run_pyinstaller() -> Path:
    print("Putting the program together (PyInstaller); this takes some minutes", flush=True)
    log = BUILD / "pyinstaller.log"
    command = (
        *(sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "INFO"),
        *("--distpath", str(BUILD / "made"), "--workpath", str(BUILD / "work")),
        str(HERE / "coterie.spec"),
    )
    with log.open("w", encoding="utf-8") as out:
        done = subprocess.run(
            command, check=False, cwd=CHECKOUT, stdout=out, stderr=subprocess.STDOUT
        )
    if done.returncode:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:]
        tail = "\n".join(f"  {line}" for line in lines)
        raise BundleError(f"PyInstaller failed. Its last lines were\n\n{tail}\n\nAll: {log}")
    return BUILD / "made" / "coterie"


def _to_dist(made: Path) -> Path:
    """Put the finished bundle in its place, whole."""
    bundle = DIST / "coterie"
    if bundle.exists():
        shutil.rmtree(bundle)
    DIST.mkdir(exist_ok=True)
    made.replace(bundle)
    return bundle


if __name__ == "__main__":
    sys.exit(main())
