"""What the machine must have before anything is made: found first, installed or named."""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import shutil
import sysconfig
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from setup_steps.compiler import Compiler, find_compiler
from setup_steps.processes import Completed, Run, SetupError
from setup_steps.system_packages import (
    COMPILER,
    OFFSCREEN_LIBRARIES,
    SHARED_PYTHON,
    VENV,
    X11_LIBRARIES,
    System,
    install_line,
    packages_for,
)

LAST_LINES = 5


@dataclass(frozen=True)
class Needs:
    """What this command needs; libraries are sonames, programs are found on the PATH."""

    compiler: bool
    venv: bool
    libraries: tuple[str, ...]
    programs: tuple[str, ...] = ()
    shared_python: bool = False


@dataclass(frozen=True)
class Probes:
    """How the machine is asked."""

    compiler: Callable[[], Compiler | None]
    has_venv: Callable[[], bool]
    has_library: Callable[[str], bool]
    has_program: Callable[[str], bool]
    has_shared_python: Callable[[], bool]


@dataclass(frozen=True)
class Found:
    """The machine's answer: what is missing, and the compiler if one was asked for."""

    missing: tuple[str, ...]
    compiler: Compiler | None


def qt_libraries(window: bool, environment: Mapping[str, str], platform: str) -> tuple[str, ...]:
    """The sonames Qt needs; those of X11 only for a window on an X display."""
    if platform != "linux":
        return ()
    x11 = X11_LIBRARIES if window and environment.get("DISPLAY") else {}
    return (*OFFSCREEN_LIBRARIES, *x11)


def look(needs: Needs, probes: Probes) -> Found:
    """Ask the machine for everything at once, so that the user is told once."""
    missing = []
    compiler = probes.compiler() if needs.compiler else None
    if needs.compiler and compiler is None:
        missing.append(COMPILER)
    if needs.venv and not probes.has_venv():
        missing.append(VENV)
    missing += [name for name in needs.libraries if not probes.has_library(name)]
    missing += [name for name in needs.programs if not probes.has_program(name)]
    if needs.shared_python and not probes.has_shared_python():
        missing.append(SHARED_PYTHON)
    return Found(tuple(missing), compiler)


def require(
    needs: Needs, probes: Probes, system: System, apt_get: Callable[..., Completed], out: TextIO
) -> Compiler | None:
    """The compiler, once everything needed is there; `SetupError` names the install line.

    Root on a Debian-like system has the packages installed; anybody else is told.
    """
    found = look(needs, probes)
    if found.missing and system.is_root and system.family == "apt":
        _install(found.missing, system, apt_get, out)
        found = look(needs, probes)
    if found.missing:
        raise SetupError(missing_text(found.missing, system))
    return found.compiler


def missing_text(missing: Iterable[str], system: System) -> str:
    """What is missing and the exact line that brings it."""
    missing = list(missing)
    line = install_line(missing, system)
    what = f"Missing on this machine: {', '.join(missing)}."
    if not line:
        return f"{what} Install them with your system's package tool and run the command again."
    return (
        f"{what} Nothing was changed. Install them with\n\n  {line}\n\nand run the command again."
    )


def _install(
    missing: tuple[str, ...], system: System, apt_get: Callable[..., Completed], out: TextIO
) -> None:
    packages = packages_for(missing, "apt")
    print(f"Installing system packages: {' '.join(packages)}", file=out, flush=True)
    for arguments in (("update",), ("install", "-y", "--no-install-recommends", *packages)):
        done = apt_get(*arguments)
        if done.code:
            tail = "\n".join(f"  {line}" for line in done.output.splitlines()[-LAST_LINES:])
            raise SetupError(f"{missing_text(missing, system)}\napt-get said:\n{tail}")


def machine_probes(environment: Mapping[str, str], run: Run) -> Probes:
    """`Probes` of this machine."""
    return Probes(
        compiler=lambda: find_compiler(environment, run),
        has_venv=_has_venv,
        has_library=_loads,
        has_program=lambda name: shutil.which(name) is not None,
        has_shared_python=_has_shared_python,
    )


def _has_venv() -> bool:
    importlib.invalidate_caches()
    return all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))


def _has_shared_python() -> bool:
    # Debian's python3 is linked without it all the same, and has it in a package of its own.
    soname = f"libpython{sysconfig.get_python_version()}.so.1.0"
    folder = sysconfig.get_config_var("LIBDIR") or ""
    return Path(folder, soname).exists() or _loads(soname)


def _loads(soname: str) -> bool:
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True
