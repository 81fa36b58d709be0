"""Finds a Python new enough for Coterie and hands the command to packaging/setup_steps."""
# ruff: noqa: UP031
# This file must parse on the Pythons it refuses: no f-strings, no annotations, ASCII only.

import os
import subprocess
import sys

OLDEST = (3, 11)
NEWER_NAMES = ("python3.13", "python3.12", "python3.11")
CHOSEN = "--chosen"


def choose(version, chosen, runs):
    """What to do under a Python of `version`: ("use" | "switch" | "refuse", name or sentence).

    `chosen` says that the user named this Python; `runs(name)` tells whether a command of that
    name is there and new enough.
    """
    if tuple(version[:2]) >= OLDEST:
        return "use", ""
    if not chosen:
        for name in NEWER_NAMES:
            if runs(name):
                return "switch", name
    return "refuse", (
        "Coterie needs Python %d.%d or newer, and this is %d.%d: install a newer one, "
        "or name it, for example: make PYTHON=python3.12 run" % (OLDEST + tuple(version[:2]))
    )


def new_enough(name):
    """Whether `name` starts a Python that is new enough (version switchers install dead names)."""
    check = "import sys; sys.exit(sys.version_info < (%d, %d))" % OLDEST
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123
        try:
            return subprocess.call([name, "-c", check], stdout=nowhere, stderr=nowhere) == 0
        except OSError:
            return False


def main(arguments):
    """Run one command of the set-up; returns the exit code."""
    chosen = CHOSEN in arguments
    action, value = choose(sys.version_info, chosen, new_enough)
    if action == "refuse":
        sys.stderr.write(value + "\n")
        return 1
    if action == "switch":
        os.execvp(value, [value] + sys.argv)  # noqa: S606, RUF005
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
    from setup_steps.commands import run_command

    return run_command([word for word in arguments if word != CHOSEN], chosen)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
