"""The checks of `make test` and `make lint`, in order, pytest last."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from setup_steps.layout import Layout


@dataclass(frozen=True)
class Check:
    """One program to run in the checkout."""

    name: str
    command: tuple[str, ...]


def static_checks(layout: Layout) -> list[Check]:
    """Style, types and imports."""
    python = str(layout.python)
    return [
        Check("ruff check", (python, "-m", "ruff", "check", ".")),
        Check("ruff format", (python, "-m", "ruff", "format", "--check", ".")),
        Check("mypy", (python, "-m", "mypy")),
        Check("import-linter", (str(layout.program("lint-imports")),)),
    ]


def all_checks(layout: Layout) -> list[Check]:
    """Everything; pytest comes last, so that its summary does."""
    return [*static_checks(layout), Check("pytest", (str(layout.python), "-m", "pytest"))]


def run_checks(checks: list[Check], layout: Layout, environment: Mapping[str, str]) -> int:
    """Run every check, the later ones too when one fails; the exit code."""
    # Without a screen, and the same with one.
    environment = {**environment, "QT_QPA_PLATFORM": "offscreen"}
    failed = []
    for check in checks:
        print(f"== {check.name}", flush=True)
        done = subprocess.run(
            check.command,
            check=False,
            cwd=layout.checkout,
            env=environment,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode:
            failed.append(check.name)
    if failed:
        print(f"Failed: {', '.join(failed)}", file=sys.stderr, flush=True)
    return 1 if failed else 0
