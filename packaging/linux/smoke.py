"""`python packaging/linux/smoke.py [DEB [STARTER.gguf]]`: installs, chats and uninstalls, for real.

In a clean Debian 12 without Python or a compiler: the package is installed with apt, the program is
started on a virtual display by an ordinary user, asked something, closed, and purged; then nothing
is left but that user's data. Needs root. The pictures lie beside the package.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from linux import sources
from linux.clean_root import HOME, CleanRoot, clean_root
from linux.failure import PackagingError
from linux.installed_chat import chat
from linux.installed_system import Install, remove_and_compare
from linux.screen import virtual_screen
from linux.starter_file import starter_file

APART = "--apart"
_TOOLS = {
    "debootstrap": "debootstrap",
    "Xvfb": "xvfb",
    "xdotool": "xdotool",
    "import": "imagemagick",
}


def main(arguments: list[str]) -> int:
    """Run all of it; the exit code tells whether everything was as it should be."""
    words = [word for word in arguments if word != APART]
    if len(words) > 2:
        print("usage: smoke.py [DEB [STARTER.gguf]]", file=sys.stderr)
        return 2
    try:
        deb, named = _package(words[:1]), next(map(Path, words[1:]), None)
        starter = starter_file(named, sources.CHECKOUT, _data())
        _check_machine()
        if APART not in arguments:
            return _run_apart(str(deb), str(starter))
        _smoke(deb, starter)
    except PackagingError as error:
        print(f"\nThe smoke test failed. {error}", file=sys.stderr)
        return 1
    print("The smoke test passed.")
    return 0


def _smoke(deb: Path, starter: Path) -> None:
    with clean_root(_cache()) as root:
        install = Install(root, deb)
        install.prepare()
        _put_starter(root, starter)
        install.install()
        with virtual_screen() as screen:
            chat(root, screen, deb.parent)
        remove_and_compare(install)


def _put_starter(root: CleanRoot, starter: Path) -> None:
    folder = root.inside(f"{HOME}/.local/share/coterie/models")
    folder.mkdir(parents=True)
    shutil.copyfile(starter, folder / starter.name)
    root.as_root("chown", "-R", "tester:tester", f"{HOME}/.local")


def _package(words: list[str]) -> Path:
    made = sources.CHECKOUT / "dist" / f"coterie_{sources.version()}_amd64.deb"
    path = Path(words[0]).resolve() if words else made
    if not path.is_file():
        raise PackagingError(f"There is no package {path}: make bundle builds it.")
    return path


def _cache() -> Path:
    return _own_folder("XDG_CACHE_HOME", ".cache") / "smoke"


def _data() -> Path:
    return _own_folder("XDG_DATA_HOME", ".local/share")


def _own_folder(variable: str, usual: str) -> Path:
    named = os.environ.get(variable, "")
    return Path(named if Path(named).is_absolute() else Path.home() / usual) / "coterie"


def _check_machine() -> None:
    if sys.platform != "linux" or os.geteuid() != 0:
        raise PackagingError("It needs root on Linux: a clean system is made and mounted.")
    missing = sorted({package for tool, package in _TOOLS.items() if not shutil.which(tool)})
    if missing:
        command = ("apt-get", "install", "-y", "--no-install-recommends", *missing)
        print(f"Installing what is missing: {' '.join(missing)}", flush=True)
        if subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode != 0:
            raise PackagingError(f"Install these packages first: {' '.join(missing)}")


def _run_apart(*words: str) -> int:
    """Mounts and processes of a name space of their own end with it, however this ends."""
    apart = ("unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child")
    command = (*apart, sys.executable, str(Path(__file__).resolve()), APART, *words)
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
