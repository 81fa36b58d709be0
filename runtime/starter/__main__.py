"""`python -m runtime.starter FOLDER`: makes the starter model in FOLDER, showing progress."""

from __future__ import annotations

import sys
from pathlib import Path

from runtime.errors import CoterieError
from runtime.starter.starter_model import make_starter


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: python -m runtime.starter FOLDER", file=sys.stderr)
        return 2
    shown = -1

    def show(fraction: float) -> None:
        nonlocal shown
        tenth = int(fraction * 10)
        if tenth > shown:
            shown = tenth
            print(f"Starter model: {tenth * 10} %", flush=True)

    try:
        print(make_starter(Path(arguments[0]), show))
    except CoterieError as error:
        print(error.problem.one_line(), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
