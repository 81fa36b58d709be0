"""Starts both programs of a bundle once, without a Python or a user's settings around them."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from bundle.failure import BundleError
from bundle.part import CHECK

COMMANDS = (("coterie", "--version"), ("coterie-part", CHECK))
LONGEST_S = 300
LAST_LINES = 12


def try_programs(bundle: Path) -> None:
    """`BundleError` with a program's last words when it does not end well."""
    for program, word in COMMANDS:
        with tempfile.TemporaryDirectory(prefix="coterie-bundle-") as home:
            done = subprocess.run(
                (bundle / program, word),
                check=False,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                env={"HOME": home, "COTERIE_HOME": home},
                timeout=LONGEST_S,
            )
        if done.returncode:
            tail = "\n".join(f"  {line}" for line in done.stdout.splitlines()[-LAST_LINES:])
            raise BundleError(f"{program} {word} failed in the bundle:\n\n{tail}")
