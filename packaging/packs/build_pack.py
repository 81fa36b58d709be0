"""`python packaging/packs/build_pack.py cuda|vulkan`: builds a GPU pack for the bundled engine.

From the engine's locked source, with the flags the bundle's engine has. docs/gpu-packs.md says
what a pack is. `--source DIR` takes llama.cpp's source as it was unpacked before.

Not run so far: `cuda`, for want of a CUDA toolkit where this was written.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import tarfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
sys.path[0] = str(HERE.parent)

from packs.pack_files import gather, write_manifest  # noqa: E402
from packs.pack_recipe import ENGINE_FLAGS, VULKAN_HEADER, PackRecipe, recipe  # noqa: E402
from setup_steps.cuda import toolkit_roots  # noqa: E402
from setup_steps.engine_build import build_jobs, memory_available_bytes, usable_cores  # noqa: E402
from setup_steps.pip_commands import install_locked, make_venv  # noqa: E402
from setup_steps.processes import SetupError, clean_environment, run, stream  # noqa: E402

BUILD = CHECKOUT / "build" / "packs"
DIST = CHECKOUT / "dist" / "engine-packs"
LOCKS = CHECKOUT / "packaging"
_VERSION = re.compile(r"llama-cpp-python==([\w.]+)")
# ggml turns AVX2, FMA and F16C off when it is set.
NOT_FOR_THE_BUILD = ("SOURCE_DATE_EPOCH",)


def main() -> int:
    """Build it; every expected failure is a sentence on stderr and exit code 1."""
    parser = argparse.ArgumentParser(description="Builds a GPU pack for Coterie's bundled engine.")
    parser.add_argument("kind", choices=("cuda", "vulkan"))
    parser.add_argument("--source", type=Path, help="llama.cpp's source, instead of the locked one")
    options = parser.parse_args()
    try:
        made = build(
            recipe(options.kind, run, _toolkits(), _headers()),
            options.source,
        )
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    size_bytes = sum(path.stat().st_size for path in made.iterdir())
    print(f"\n{made}: {size_bytes / 1e6:.0f} MB. Copy this folder into one of the folders that")
    print("docs/gpu-packs.md names, then run coterie doctor.")
    return 0


def build(pack: PackRecipe, source: Path | None) -> Path:
    """The finished pack's folder."""
    environment = clean_environment(os.environ)
    for name in NOT_FOR_THE_BUILD:
        environment.pop(name, None)
    folder = BUILD / pack.kind
    folder.mkdir(parents=True, exist_ok=True)
    python = _tools(environment)
    environment["PATH"] = f"{python.parent}:{environment.get('PATH', '')}"
    source = source or _source(python, environment)
    jobs = build_jobs(usable_cores(), memory_available_bytes())
    cmake = folder / "cmake"
    configure = ("cmake", "-S", str(source), "-B", str(cmake), "-G", "Ninja")
    _must((*configure, *ENGINE_FLAGS, *pack.flags), environment, "The build was not set up")
    compile_it = ("cmake", "--build", str(cmake), "--target", pack.target, "--parallel", str(jobs))
    _must(compile_it, environment, "The pack was not built")
    made = next(cmake.rglob(pack.library), None)
    if made is None:
        raise SetupError(f"The build made no {pack.library}.")
    target = DIST / f"{pack.kind}-{engine_version()}"
    shutil.rmtree(target, ignore_errors=True)
    gather(made, target, pack, _library_places(), run)
    write_manifest(target, pack, engine_version())
    return target


def engine_version() -> str:
    """The version of the locked engine."""
    found = _VERSION.search((LOCKS / "engine.lock").read_text(encoding="utf-8"))
    if found is None:
        raise SetupError("packaging/engine.lock names no engine.")
    return found[1]


def _tools(environment: dict[str, str]) -> Path:
    """The Python beside the locked cmake and ninja."""
    python = BUILD / "tools" / "bin" / "python"
    if not python.exists():
        make_venv(BUILD / "tools", stream, environment)
        install_locked(python, [LOCKS / "engine-build.lock"], stream, environment)
    return python


def _source(python: Path, environment: dict[str, str]) -> Path:
    """llama.cpp as it is in the engine's locked source."""
    place = BUILD / "source"
    name = f"llama_cpp_python-{engine_version()}"
    unpacked = place / name / "vendor" / "llama.cpp"
    if unpacked.exists():
        return unpacked
    command = (str(python), "-m", "pip", "download", "--disable-pip-version-check", "--no-deps")
    command += ("--no-binary", ":all:", "--no-build-isolation", "--require-hashes")
    command += ("--dest", str(place), "--requirement", str(LOCKS / "engine.lock"))
    _must(command, environment, "The engine's source could not be fetched")
    archive = next(place.glob(f"{name}.tar.*"))
    with tarfile.open(archive) as packed:
        packed.extractall(place, filter="data")
    return unpacked


def _toolkits() -> list[Path]:
    return toolkit_roots(os.environ, shutil.which("nvcc"))


def _headers() -> tuple[Path, ...]:
    """Where Vulkan's headers may be."""
    sdk = os.environ.get("VULKAN_SDK")
    roots = [Path(sdk) / "include"] if sdk else []
    roots += [Path("/usr/local/include"), Path("/usr/include")]
    return tuple(root / VULKAN_HEADER for root in roots)


def _library_places() -> tuple[Path, ...]:
    """Where a CUDA toolkit keeps what may be handed on."""
    inside = ("lib64", "lib", "targets/x86_64-linux/lib", "lib/x86_64-linux-gnu")
    return tuple(root / part for root in _toolkits() for part in inside)


def _must(command: tuple[str, ...], environment: dict[str, str], what: str) -> None:
    lines: list[str] = []

    def follow(line: str) -> None:
        lines.append(line)
        print(line, flush=True)

    if stream(command, follow, environment):
        tail = "\n".join(f"  {line}" for line in lines[-20:])
        raise SetupError(f"{what}. The last lines were\n\n{tail}")


if __name__ == "__main__":
    sys.exit(main())
