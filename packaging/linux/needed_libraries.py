"""Which packages of the system the bundle needs: what its libraries link to and it doesn't have."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bundle.elf import elf_files
from linux.failure import PackagingError

_NEEDED = re.compile(r"^\s+NEEDED\s+(\S+)$", re.MULTILINE)
_SONAME = re.compile(r"^\s+SONAME\s+(\S+)$", re.MULTILINE)
_VERSIONS = re.compile(r"\b(GLIBC|GLIBCXX|CXXABI|GCC)_(\d+(?:\.\d+)+)\b")
# The loader itself, and one that is only ever there when a driver is.
_OF_NO_PACKAGE = re.compile(r"ld-linux.*|linux-vdso.*|libcuda\.so.*|libnvidia-.*")
C_LIBRARY = "libc6"
# Qt goes on without this theme where GTK is not installed.
OPTIONAL = frozenset({"libqgtk3.so"})


@dataclass(frozen=True)
class ElfFacts:
    """What one library or program says about itself."""

    soname: str
    needed: frozenset[str]
    glibc: tuple[int, ...]


def read_elf(text: str) -> ElfFacts:
    """From what `objdump -p` prints."""
    soname = _SONAME.search(text)
    versions = [_numbers(v) for name, v in _VERSIONS.findall(text) if name == "GLIBC"]
    return ElfFacts(
        soname[1] if soname else "",
        frozenset(_NEEDED.findall(text)),
        max(versions, default=()),
    )


def missing_sonames(facts: Mapping[Path, ElfFacts]) -> frozenset[str]:
    """What is linked to and not in the bundle."""
    inside = {path.name for path in facts} | {fact.soname for fact in facts.values()}
    needed = {
        name for path, fact in facts.items() if path.name not in OPTIONAL for name in fact.needed
    }
    return frozenset(name for name in needed - inside if not _OF_NO_PACKAGE.fullmatch(name))


def oldest_glibc(facts: Mapping[Path, ElfFacts]) -> str:
    """The C library that the newest of its symbols asks for."""
    newest = max((fact.glibc for fact in facts.values()), default=())
    return ".".join(map(str, newest))


def depends(packages: Iterable[str], glibc: str, always: Iterable[str] = ()) -> str:
    """The Depends field. Names that got a `t64` with the longer time_t are the plain ones here:
    the new packages still provide those, and older systems have only them.
    """
    names = {re.sub(r"t64$", "", name) for name in packages} | set(always)
    if glibc:
        names.discard(C_LIBRARY)
        return ", ".join([f"{C_LIBRARY} (>= {glibc})", *sorted(names)])
    return ", ".join(sorted(names))


def read_facts(bundle: Path) -> dict[Path, ElfFacts]:
    return {path: read_elf(_run("objdump", "-p", str(path))) for path in elf_files(bundle)}


def packages_of(sonames: Iterable[str], run: Callable[..., str] | None = None) -> dict[str, str]:
    """The package of each library, as this machine has it installed; else by its usual name."""
    run = run or _run
    places = _places(run("/sbin/ldconfig", "-p"))
    return {
        soname: _owner(places[soname], run) if soname in places else usual_package(soname)
        for soname in sorted(sonames)
    }


def usual_package(soname: str) -> str:
    """As Debian's policy (8.1) wants it: libfoo.so.2 is in libfoo2, libfoo-1.so.2 in libfoo-1-2."""
    name, so, number = soname.partition(".so.")
    if not so or not number:
        raise PackagingError(
            f"The bundle needs {soname}, which is in no package that this machine has installed: "
            "install it, so that its name can be looked up."
        )
    between = "-" if name[-1].isdigit() else ""
    return f"{name}{between}{number}".lower().replace("_", "-")


def _owner(place: str, run: Callable[..., str]) -> str:
    # /lib is a link to /usr/lib on merged systems, and dpkg knows either name.
    bare = place.removeprefix("/usr")
    for candidate in (str(Path(place).resolve()), place, bare, f"/usr{bare}"):
        if owner := run("dpkg", "-S", candidate):
            return owner.split(":", 1)[0]
    raise PackagingError(f"No package of this machine has {place}: install it from a package.")


def _places(listing: str) -> dict[str, str]:
    """By soname, those of this processor; the first one wins as it does for the loader."""
    places: dict[str, str] = {}
    for line in listing.splitlines():
        name, _, rest = line.strip().partition(" ")
        if " => " in rest and "x86-64" in rest:
            places.setdefault(name, rest.rpartition(" => ")[2])
    return places


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))


def _run(*command: str) -> str:
    """What the program prints; "" when it fails."""
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    except FileNotFoundError:
        raise PackagingError(f"{command[0]} is missing: install the package it is in.") from None
    return done.stdout if done.returncode == 0 else ""
