"""The commands that start this program's other processes: from a checkout, or from a bundle."""

from __future__ import annotations

import sys
from pathlib import Path

PART_NAME = "coterie-part"


def part_command(module: str) -> tuple[str, ...]:
    """The command that runs `module` of ours as a process of its own.

    A bundle has no Python to give a module to: a second executable beside the window's does it
    (packaging/bundle/part.py), which is the one that holds llama.cpp.
    """
    if not is_bundled():
        return (sys.executable, "-P", "-m", module)
    suffix = ".exe" if sys.platform == "win32" else ""
    return (str(Path(sys.executable).with_name(PART_NAME + suffix)), module)


def is_bundled() -> bool:
    """Whether this is the installed program; PyInstaller sets `sys.frozen` in it."""
    return bool(getattr(sys, "frozen", False))
