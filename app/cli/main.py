"""Runs one command of `coterie` and turns its failures into one line and an exit code."""

from __future__ import annotations

import argparse
import os
import sys

from app.cli.arguments import parser
from app.paths import Paths
from runtime.errors import CoterieError

EXIT_PROBLEM = 1
EXIT_INTERRUPTED = 130


def parse(arguments: list[str]) -> argparse.Namespace:
    """The command, or exit 2 for wrong usage. `command` is None when the window is wanted."""
    return parser().parse_args(arguments)


def run_command(options: argparse.Namespace, paths: Paths) -> int:
    """Run `options.command`; returns the exit code."""
    try:
        return _dispatch(options, paths)
    except CoterieError as error:
        print(error.problem.one_line(), file=sys.stderr)
        return EXIT_PROBLEM
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader of our output is gone (`coterie run … | head`); nothing is left to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_PROBLEM


def _dispatch(options: argparse.Namespace, paths: Paths) -> int:
    # Each command is imported when it runs: `coterie list` must not pay for the others.
    match options.command:
        case "doctor":
            from app.cli import doctor_command

            return doctor_command.run(options, paths, sys.stdout)
        case "list":
            from app.cli import list_command

            return list_command.run(options, paths, sys.stdout)
        case _:
            from app.cli import run_command

            return run_command.run(options, paths, sys.stdin, sys.stdout, sys.stderr)
