"""A clean Debian 12 in a folder: made once, kept as a tar, unpacked for each run."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from linux.failure import PackagingError

SUITE = "bookworm"
PERSON = "tester"
HOME = f"/home/{PERSON}"
X_SOCKETS = "/tmp/.X11-unix"  # noqa: S108 - where X servers have them
ARCHIVES = "/var/cache/apt/archives"
# What a service started in the root would do to the machine outside.
_NO_SERVICES = "#!/bin/sh\nexit 101\n"
_APT_SETTINGS = re.compile(r"^Acquire::(?:https?|Check-Valid-Until|Check-Date)\b.* \".+\";$")
_ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG": "C.UTF-8",
    "HOME": "/root",
    "DEBIAN_FRONTEND": "noninteractive",
}


class CleanRoot:
    """A system in `folder`; what runs in it is root's or PERSON's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def inside(self, path: str) -> Path:
        return self.folder / path.lstrip("/")

    def as_root(
        self, *command: str, typed: str = "", environment: Mapping[str, str] | None = None
    ) -> str:
        """What it prints. Raises PackagingError with the end of that when it fails."""
        done = subprocess.run(
            ("/usr/sbin/chroot", str(self.folder), *command),
            check=False,
            env={**_ENVIRONMENT, **(environment or {})},
            input=typed,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        if done.returncode != 0:
            end = "\n".join(done.stdout.splitlines()[-15:])
            raise PackagingError(f"{' '.join(command)} failed in the clean root:\n{end}")
        return done.stdout

    def start(self, log: Path, *command: str, **environment: str) -> subprocess.Popen[bytes]:
        """Run something as the person, its output in `log`."""
        about = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": HOME, "USER": PERSON}
        with log.open("wb") as file:
            return subprocess.Popen(
                ("/usr/sbin/chroot", f"--userspec={PERSON}:{PERSON}", str(self.folder), *command),
                env={**about, **environment},
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
            )


@contextlib.contextmanager
def clean_root(cache: Path) -> Iterator[CleanRoot]:
    """Unpack it, mount what programs expect, and take all of it away at the end."""
    cache.mkdir(parents=True, exist_ok=True)
    archives = cache / "archives"
    (archives / "partial").mkdir(parents=True, exist_ok=True)
    fresh = _fresh_tar(cache)
    folder = Path(tempfile.mkdtemp(prefix="root-", dir=cache))
    try:
        _run("tar", "--extract", "--numeric-owner", f"--file={fresh}", "-C", str(folder))
        folder.chmod(0o755)
        root = CleanRoot(folder)
        _settle(root)
        with _mounted(root, archives):
            root.as_root("useradd", "--create-home", "--shell", "/bin/bash", PERSON)
            yield root
    finally:
        _delete(folder)


def _fresh_tar(cache: Path) -> Path:
    """The tar of a root that nothing was done in yet."""
    tar = cache / f"{SUITE}-minbase.tar"
    if tar.is_file():
        return tar
    sources = _machine_sources()
    if not sources:
        raise PackagingError(f"This machine's apt knows no Debian {SUITE} to make a root from.")
    with tempfile.TemporaryDirectory(prefix="fresh-", dir=cache) as work:
        folder = Path(work, "root")
        site = sources[0].split()[1]
        print("Making a clean Debian root (two minutes, once) …", flush=True)
        _run("debootstrap", "--variant=minbase", SUITE, str(folder), site)
        partial = tar.with_suffix(".part")
        owner, without = "--numeric-owner", f"--exclude=.{ARCHIVES}/*.deb"
        _run("tar", "--create", owner, without, f"--file={partial}", "-C", str(folder), ".")
        partial.replace(tar)
    return tar


def _machine_sources() -> list[str]:
    """The lines of a sources.list: what this machine's apt has of the suite."""
    wanted = ("apt-get", "indextargets", "--format", "$(ORIGIN)|$(SITE)|$(RELEASE)|$(COMPONENT)")
    rows = (line.split("|") for line in _run(*wanted, "Created-By: Packages").splitlines())
    found = [
        f"deb {site} {release} {component}"
        for origin, site, release, component in rows
        if origin == "Debian" and release.startswith(SUITE)
    ]
    # The suite itself first: debootstrap knows no other.
    return sorted(dict.fromkeys(found), key=lambda line: line.split()[2] != SUITE)


def _settle(root: CleanRoot) -> None:
    """Packages come from where this machine has them from; no service is started."""
    sources = "".join(f"{line}\n" for line in _machine_sources())
    root.inside("/etc/apt/sources.list").write_text(sources, encoding="utf-8")
    settings = [
        line for line in _run("apt-config", "dump").splitlines() if is_way_to_packages(line)
    ]
    text = "".join(f"{line}\n" for line in settings)
    root.inside("/etc/apt/apt.conf.d/99machine").write_text(text, encoding="utf-8")
    # It is thrown away: nothing has to reach the disk.
    root.inside("/etc/dpkg/dpkg.cfg.d/unsafe").write_text("force-unsafe-io\n", encoding="utf-8")
    shutil.copyfile("/etc/resolv.conf", root.inside("/etc/resolv.conf"))
    policy = root.inside("/usr/sbin/policy-rc.d")
    policy.write_text(_NO_SERVICES, encoding="utf-8")
    policy.chmod(0o755)
    root.inside(X_SOCKETS).mkdir(mode=0o1777, exist_ok=True)


def is_way_to_packages(line: str) -> bool:
    """Whether this line of `apt-config dump` is how this machine reaches them."""
    return _APT_SETTINGS.match(line) is not None


@contextlib.contextmanager
def _mounted(root: CleanRoot, archives: Path) -> Iterator[None]:
    Path(X_SOCKETS).mkdir(mode=0o1777, exist_ok=True)
    wanted = (
        ("-t", "proc", "proc", "/proc"),
        ("-t", "sysfs", "-o", "ro", "sysfs", "/sys"),
        ("-t", "tmpfs", "tmpfs", "/dev/shm"),  # noqa: S108
        ("--bind", X_SOCKETS, X_SOCKETS),
        ("--bind", str(archives), ARCHIVES),
    )
    done: list[Path] = []
    try:
        for *how, place in wanted:
            target = root.inside(place)
            target.mkdir(parents=True, exist_ok=True)
            _run("mount", *how, str(target))
            done.append(target)
        yield
    finally:
        for target in reversed(done):
            # What still uses it keeps it only until it ends.
            _run("umount", "--lazy", str(target))


def _delete(folder: Path) -> None:
    """Never through a mount: it would take the machine's own files."""
    mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace")
    if any(line.split()[4].startswith(f"{folder}/") for line in mounts.splitlines()):
        raise PackagingError(f"Something is still mounted in {folder}; unmount it and delete that.")
    shutil.rmtree(folder)


def _run(*command: str) -> str:
    done = subprocess.run(
        command,
        check=False,
        env={**os.environ, "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    if done.returncode != 0:
        end = "\n".join(done.stdout.splitlines()[-10:])
        raise PackagingError(f"{' '.join(command)} failed:\n{end}")
    return done.stdout
