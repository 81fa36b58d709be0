"""The engine that is installed, as its set-up described it; nothing of it is loaded for this."""

from __future__ import annotations

import hashlib
import importlib.metadata
import sys
from dataclasses import dataclass
from pathlib import Path

import msgspec

from app.json_file import Unreadable, read_json
from runtime.engine.cpu_variants import variant_files
from runtime.engine_parts import told_parts

PACKAGE = "llama-cpp-python"
REPORT_NAME = "coterie-engine.json"
# In the package, or where its wheel leaves them.
VARIANT_PLACES = ("llama_cpp/lib", "bin")


class BuildReport(msgspec.Struct, frozen=True):
    """What the set-up wrote of the build (packaging/setup_steps/engine_shelf.py)."""

    version: str
    key: str
    flags: tuple[str, ...] = ()
    compiler: str = ""
    openmp: bool = False
    cuda: bool = False
    cuda_reason: str = ""
    built_at: str = ""


@dataclass(frozen=True)
class InstalledEngine:
    """`version` is None when none is installed; `report` when it came from elsewhere.

    `build_key` tells two builds of one version apart.
    """

    version: str | None
    build_key: str = ""
    report: BuildReport | None = None


def installed_engine(report_file: Path | None = None) -> InstalledEngine:
    """The engine in this environment."""
    try:
        package = importlib.metadata.distribution(PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        return InstalledEngine(None)
    report = read_report(report_file or Path(sys.prefix, REPORT_NAME))
    return engine(package.version, package.read_text("RECORD") or "", report)


def engine(version: str, record: str, report: BuildReport | None) -> InstalledEngine:
    """The engine of this version. A report on another version is left over and does not count.

    `record` lists the installed files with their digests, so it also names a build.
    """
    if report is not None and report.version == version:
        return InstalledEngine(version, report.key, report)
    return InstalledEngine(version, hashlib.sha256(record.encode()).hexdigest()[:20])


def read_report(path: Path) -> BuildReport | None:
    """The set-up's report, None when there is none that can be read."""
    try:
        return read_json(path, BuildReport)
    except Unreadable:
        return None


def engine_offloads() -> bool:
    """Whether the engine may use a GPU: by an accepted pack, as its set-up says, or unknown."""
    if told_parts().packs:
        return True
    engine = installed_engine()
    if engine.report is not None:
        return engine.report.cuda
    # A portable engine has nothing for GPUs but its packs.
    return not portable_variants()


def portable_variants() -> tuple[Path, ...]:
    """The libraries of a portable engine, one for each kind of processor; a native one has none."""
    try:
        package = importlib.metadata.distribution(PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        return ()
    return variant_files(Path(str(package.locate_file(place))) for place in VARIANT_PLACES)
