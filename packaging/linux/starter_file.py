"""Finds the starter model that the smoke test chats with, or has it made."""

from __future__ import annotations

import subprocess
from pathlib import Path

from linux.failure import PackagingError

NAME = "smollm2-135m-moe.gguf"


def starter_file(named: Path | None, checkout: Path, data: Path) -> Path:
    """The `named` one; else what a bundle's build kept, what `make run` made, or a new one."""
    if named is not None:
        if not named.is_file():
            raise PackagingError(f"There is no starter model {named.absolute()}.")
        return named.resolve()
    built = checkout / "build" / "bundle"
    kept = built / "starter"
    there = (path for path in (kept / NAME, data / "models" / NAME) if path.is_file())
    return next(there, None) or _made(kept, built / "venv" / "bin" / "python", checkout)


def _made(kept: Path, python: Path, checkout: Path) -> Path:
    """As STARTER=1 make bundle makes it, by the environment that make bundle leaves."""
    if python.exists():
        print("Making the starter model, once.", flush=True)
        command = (str(python), "-P", "-m", "runtime.starter", str(kept))
        done = subprocess.run(command, check=False, cwd=checkout, stdin=subprocess.DEVNULL)
        if done.returncode == 0 and (kept / NAME).is_file():
            return kept / NAME
    raise PackagingError(
        "There is no starter model to chat with: make run makes it, or STARTER=1 make bundle, "
        "or name its file: packaging/linux/smoke.py DEB STARTER.gguf."
    )
