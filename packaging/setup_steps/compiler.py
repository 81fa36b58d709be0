"""The C and C++ compilers: found by compiling and linking, not by name alone."""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from setup_steps.processes import Run

_CXX_NAMES = ("c++", "g++", "clang++")
_C_NAMES = ("cc", "gcc", "clang")
AMX_OFF = ("-mno-amx-tile", "-mno-amx-int8", "-mno-amx-bf16")
_CXX17 = """
#include <filesystem>
#include <optional>
#include <thread>
int main() {
    std::optional<int> found = std::filesystem::path("a").has_filename() ? 0 : 1;
    std::thread([] {}).join();
    return *found;
}
"""
_OPENMP = "#include <omp.h>\nint main(void) { return omp_get_max_threads() < 1; }\n"
_PLAIN = "int main(void) { return 0; }\n"


@dataclass(frozen=True)
class Compiler:
    """A working pair of compilers and what they can do."""

    c: str
    cxx: str
    version: str
    openmp: bool
    amx_off: bool


def find_compiler(environment: Mapping[str, str], run: Run) -> Compiler | None:
    """The compilers CMake would use (CC and CXX first), or None when no pair works."""
    cxx = next(
        (
            name
            for name in _named(environment, "CXX", _CXX_NAMES)
            if _links(name, _CXX17, run, "c++")
        ),
        None,
    )
    c = next(
        (name for name in _named(environment, "CC", _C_NAMES) if _links(name, _PLAIN, run, "c")),
        None,
    )
    if c is None or cxx is None:
        return None
    return Compiler(
        c=c,
        cxx=cxx,
        version=_version(cxx, run),
        openmp=_links(c, _OPENMP, run, "c", "-fopenmp")
        and _links(cxx, _OPENMP, run, "c++", "-fopenmp"),
        amx_off=_links(c, _PLAIN, run, "c", *AMX_OFF) and _links(cxx, _PLAIN, run, "c++", *AMX_OFF),
    )


def _named(
    environment: Mapping[str, str], variable: str, names: tuple[str, ...]
) -> tuple[str, ...]:
    chosen = environment.get(variable, "").strip()
    return (chosen,) if chosen else names


def _links(compiler: str, source: str, run: Run, language: str, *flags: str) -> bool:
    with tempfile.TemporaryDirectory(prefix="coterie-probe-") as folder:
        file = Path(folder) / "probe"
        file.write_text(source, encoding="ascii")
        standard = ("-std=c++17",) if language == "c++" else ()
        command = (*shlex.split(compiler), *standard, *flags, "-x", language, str(file))
        return run((*command, "-o", f"{file}.out", "-pthread")).code == 0


def _version(compiler: str, run: Run) -> str:
    lines = run((*shlex.split(compiler), "--version")).output.splitlines()
    return lines[0].strip() if lines else ""
