"""`python -m app.starter`: makes the starter model in the user's data folder if it is not there."""

from __future__ import annotations

import os
import sys

from app.paths import Paths

# Another process, because making it loads gguf, which the app never does.
STARTER_MODULE = "runtime.starter"


def main() -> None:
    models_dir = Paths.for_user().models_dir
    os.execv(  # noqa: S606
        sys.executable, (sys.executable, "-m", STARTER_MODULE, str(models_dir))
    )


if __name__ == "__main__":
    main()
