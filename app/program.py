"""What the Settings page says of the program itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.engine_build import PACKAGE, installed_engine
from app.paths import Paths
from app.version import version

ROOT = Path(__file__).resolve().parent.parent
EVERY_LICENCE, OWN_LICENCE = "licences", "LICENSE"
_KEY_SHOWN = 12


@dataclass(frozen=True)
class Program:
    """`engine` names the engine's build, "" where none is installed. `licences` is a folder or a
    file, None where none came with the program.
    """

    version: str
    engine: str
    data_dir: Path
    crash_dir: Path
    licences: Path | None

    @property
    def has_every_licence(self) -> bool:
        """Whether those of all that came with the program are there."""
        return self.licences is not None and self.licences.name == EVERY_LICENCE


def this_program(paths: Paths, root: Path = ROOT) -> Program:
    """`root` is where the program's own files are."""
    return Program(version(), engine_line(), paths.data_dir, paths.crash_dir, licences_at(root))


def engine_line() -> str:
    """The engine and its build: two builds of one version differ."""
    engine = installed_engine()
    if engine.version is None:
        return ""
    return f"{PACKAGE} {engine.version} ({engine.build_key[:_KEY_SHOWN]})"


def licences_at(root: Path) -> Path | None:
    """A bundle brings the texts of all that is in it; a checkout has its own."""
    places = (root / EVERY_LICENCE, root / OWN_LICENCE)
    return next((place for place in places if place.exists()), None)
