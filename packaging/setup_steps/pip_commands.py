"""The few things asked of venv and pip; the user's pip configuration stays in force."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from setup_steps.processes import SetupError, Stream

LAST_LINES = 8
_PIP = ("-m", "pip", "--disable-pip-version-check", "--no-input")


def make_venv(folder: Path, stream: Stream, environment: Mapping[str, str]) -> Path:
    """A new environment of this Python in `folder`; its Python."""
    _must((sys.executable, "-m", "venv", str(folder)), stream, environment, "The environment")
    return folder / "bin" / "python"


def install_locked(
    python: Path,
    locks: Sequence[Path],
    stream: Stream,
    environment: Mapping[str, str],
    on_line: Callable[[str], None] | None = None,
) -> None:
    """Install exactly what the lock files say, each file's hash checked."""
    requirements = [word for lock in locks for word in ("--requirement", str(lock))]
    options = ("--require-hashes", "--no-deps", "--progress-bar", "off")
    command = (str(python), *_PIP, "install", *options, *requirements)
    _must(command, stream, environment, "The locked packages", on_line)


def install_wheel(
    python: Path, wheel: Path, stream: Stream, environment: Mapping[str, str]
) -> None:
    """Install a local wheel, in place of any other of its version."""
    options = ("--no-index", "--no-deps", "--no-cache-dir", "--force-reinstall")
    command = (str(python), *_PIP, "install", *options, str(wheel))
    _must(command, stream, environment, "The engine")


def install_checkout(
    python: Path, checkout: Path, stream: Stream, environment: Mapping[str, str]
) -> None:
    """Install Coterie itself, run from the checkout."""
    options = ("--no-index", "--no-deps", "--no-build-isolation", "--editable")
    command = (str(python), *_PIP, "install", *options, str(checkout))
    _must(command, stream, environment, "Coterie")


def _must(
    command: Sequence[str],
    stream: Stream,
    environment: Mapping[str, str],
    what: str,
    on_line: Callable[[str], None] | None = None,
) -> None:
    lines: list[str] = []

    def follow(line: str) -> None:
        lines.append(line)
        if on_line is not None:
            on_line(line)

    if stream(command, follow, environment):
        tail = "\n".join(f"  {line}" for line in lines[-LAST_LINES:])
        raise SetupError(f"{what} could not be installed. The last lines were\n\n{tail}")
