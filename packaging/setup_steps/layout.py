"""Where the set-up keeps things: the checkout, its environment and the user's cache."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
BUNDLE_VENV = "build/bundle/venv"


@dataclass(frozen=True)
class Layout:
    """The folders and files of one checkout."""

    checkout: Path
    cache: Path
    venv_name: str = ".venv"

    def for_bundle(self) -> Layout:
        """The same with the environment that a bundle is made from."""
        return replace(self, venv_name=BUNDLE_VENV)

    @property
    def venv(self) -> Path:
        return self.checkout / self.venv_name

    @property
    def python(self) -> Path:
        return self.venv / "bin" / "python"

    @property
    def stamp(self) -> Path:
        """What this set-up has done in the environment; see stamps.py."""
        return self.venv / "coterie-setup.json"

    @property
    def engine_report(self) -> Path:
        """How the installed engine was built; `sys.prefix`/coterie-engine.json to the program."""
        return self.venv / "coterie-engine.json"

    @property
    def engines(self) -> Path:
        return self.cache / "engine"

    @property
    def logs(self) -> Path:
        return self.cache / "logs"

    def lock(self, name: str) -> Path:
        return self.checkout / "packaging" / f"{name}.lock"

    def program(self, name: str) -> Path:
        """A command installed in the environment."""
        return self.venv / "bin" / name


def cache_folder(environment: Mapping[str, str], home: Path, platform: str = sys.platform) -> Path:
    """The user's cache folder for Coterie."""
    named = environment.get("XDG_CACHE_HOME", "")
    # The specification says to ignore a relative path.
    if Path(named).is_absolute():
        return Path(named) / "coterie"
    if platform == "darwin":
        return home / "Library" / "Caches" / "coterie"
    return home / ".cache" / "coterie"
