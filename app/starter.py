"""`python -m app.starter`: makes the starter model in the user's data folder if it is not there."""

from __future__ import annotations

import os

from app.paths import Paths
from runtime.own_program import part_command

# Another process, because making it loads gguf, which the app never does.
STARTER_MODULE = "runtime.starter"


def main() -> None:
    models_dir = Paths.for_user().models_dir
    command = part_command(STARTER_MODULE)
    os.execv(command[0], (*command, str(models_dir)))  # noqa: S606


if __name__ == "__main__":
    main()
