"""The starter model: `python -m app.starter` makes it in the user's data folder if it is not there.

A bundle may bring it along, and it is then used where it lies.
"""

from __future__ import annotations

import os
from pathlib import Path

from app.paths import Paths
from runtime.own_program import part_command

# Another process, because making it loads gguf, which the app never does.
STARTER_MODULE = "runtime.starter"
# Where the bundle's builder puts it (packaging/bundle).
SHIPPED_FOLDER = Path(__file__).resolve().parents[1] / "starter"


def shipped_models(folder: Path = SHIPPED_FOLDER) -> tuple[Path, ...]:
    """The models that came with the program; none in a checkout."""
    return tuple(sorted(folder.glob("*.gguf")))


def main() -> None:
    models_dir = Paths.for_user().models_dir
    command = part_command(STARTER_MODULE)
    os.execv(command[0], (*command, str(models_dir)))  # noqa: S606


if __name__ == "__main__":
    main()
