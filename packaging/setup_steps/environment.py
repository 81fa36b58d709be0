"""The checkout's `.venv`: made once, filled with the locked packages and Coterie itself."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TextIO

from setup_steps.layout import Layout
from setup_steps.pip_commands import install_checkout, install_locked, make_venv
from setup_steps.processes import SetupError, Stream
from setup_steps.progress import ProgressLine, collected_package
from setup_steps.stamps import Stamp, digest, read_stamp, write_stamp

Purpose = Literal["run", "test", "bundle"]
# The lock files each purpose installs, and those it has installed by that: the development lock
# holds the packages of the program as well.
INSTALLED: dict[Purpose, tuple[str, ...]] = {
    "run": ("requirements", "starter"),
    "test": ("requirements-dev", "starter"),
    "bundle": ("requirements", "bundle", "starter"),
}
COVERED = {**INSTALLED, "test": ("requirements", *INSTALLED["test"])}
VenvState = Literal["ready", "missing", "stale", "foreign"]


COMPILED = Path("runtime", "engine", "expert_tap.c")


@dataclass(frozen=True)
class VenvFacts:
    """What is at `.venv` and what is asked for."""

    exists: bool
    python_starts: bool
    stamp: Stamp | None
    checkout: str
    python: str
    python_chosen: bool


def venv_state(facts: VenvFacts) -> VenvState:
    """Whether `.venv` can be used as it is.

    A moved checkout has scripts that point elsewhere, and another Python other packages; unless
    that Python was asked for by name, the one that is there stays.
    """
    if not facts.exists:
        return "missing"
    if facts.stamp is None:
        return "foreign"
    other_python = facts.python_chosen and facts.stamp.python != facts.python
    if not facts.python_starts or facts.stamp.checkout != facts.checkout or other_python:
        return "stale"
    return "ready"


def look(layout: Layout, python_chosen: bool) -> VenvFacts:
    """The facts as they are now."""
    return VenvFacts(
        exists=layout.venv.exists() and any(layout.venv.iterdir()),
        # A link to a Python that was removed does not exist.
        python_starts=layout.python.exists(),
        stamp=read_stamp(layout),
        checkout=str(layout.checkout),
        python=platform.python_version(),
        python_chosen=python_chosen,
    )


@dataclass(frozen=True)
class EnvironmentSteps:
    """The steps that fill `.venv`, each skipped when the stamp says that it is done."""

    layout: Layout
    stream: Stream
    environment: Mapping[str, str]
    out: TextIO

    def make(self, state: VenvState) -> Stamp:
        """An environment that Python starts in; `SetupError` when `.venv` is somebody else's."""
        if state == "foreign":
            raise SetupError(
                f"{self.layout.venv} was not made by this set-up: move it away or delete it, "
                "and run the command again."
            )
        stamp = read_stamp(self.layout)
        if state == "ready" and stamp is not None:
            return stamp
        if state == "stale":
            shutil.rmtree(self.layout.venv)
        print(f"Making the environment {self.layout.venv_name}", file=self.out, flush=True)
        self.layout.venv.mkdir(parents=True, exist_ok=True)
        # Stamped before it is filled: one that was interrupted is known as ours.
        begun = Stamp(checkout=str(self.layout.checkout), python="")
        write_stamp(self.layout, begun)
        make_venv(self.layout.venv, self.stream, self.environment)
        return write_stamp(self.layout, replace(begun, python=platform.python_version()))

    def install_packages(self, stamp: Stamp, purpose: Purpose) -> Stamp:
        """The locked packages."""
        wanted = lock_digests(self.layout, purpose)
        if not missing_locks(stamp, wanted):
            return stamp
        progress = ProgressLine("Packages", self.out)
        fetched = 0

        def follow(line: str) -> None:
            nonlocal fetched
            if package := collected_package(line):
                fetched += 1
                progress.say(f"{fetched}  {package}")

        if not self.out.isatty():
            print("Packages: installing the locked versions", file=self.out, flush=True)
        locks = [self.layout.lock(name) for name in INSTALLED[purpose]]
        install_locked(self.layout.python, locks, self.stream, self.environment, follow)
        progress.end(f"{fetched} installed")
        return write_stamp(self.layout, stamp.with_locks(wanted))

    def install_project(self, stamp: Stamp) -> Stamp:
        """Coterie itself, again whenever what is built of it has changed."""
        wanted = project_digest(self.layout)
        if stamp.project == wanted:
            return stamp
        install_checkout(self.layout.python, self.layout.checkout, self.stream, self.environment)
        return write_stamp(self.layout, replace(stamp, project=wanted))


def project_digest(layout: Layout) -> str:
    """Of the files that installing Coterie reads or compiles."""
    return digest(layout.checkout / "pyproject.toml", layout.checkout / COMPILED)


def lock_digests(layout: Layout, purpose: Purpose) -> dict[str, str]:
    """The lock files that must have been installed."""
    return {name: digest(layout.lock(name)) for name in COVERED[purpose]}


def missing_locks(stamp: Stamp, wanted: Mapping[str, str]) -> list[str]:
    """The lock files that are not installed as they stand now."""
    return [name for name, value in wanted.items() if stamp.locks.get(name) != value]


def remove(layout: Layout) -> None:
    """Remove the environment and what the tools have left in the checkout."""
    if os.path.lexists(layout.venv) and read_stamp(layout) is None:
        raise SetupError(f"{layout.venv} was not made by this set-up: delete it yourself.")
    for name in (".venv", "build", "dist", "coterie.egg-info", ".mypy_cache", ".ruff_cache"):
        shutil.rmtree(layout.checkout / name, ignore_errors=True)
    for name in (".pytest_cache", ".import_linter_cache", ".hypothesis"):
        shutil.rmtree(layout.checkout / name, ignore_errors=True)
    source = layout.checkout / COMPILED
    for built in {*source.parent.glob(f"{source.stem}.*")} - {source}:
        built.unlink()
