"""Runs one command of `coterie` and turns its failures into one line and an exit code."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator

from app.cli import standard_streams
from app.cli.arguments import parser
from app.paths import Paths
from runtime.errors import CoterieError, Problem

EXIT_PROBLEM = 1
# The others start no engine: `coterie list` must not pay for looking for its parts.
WITH_ENGINE = ("run", "plan", "tune", "bench")
EXIT_INTERRUPTED = 130


def parse(arguments: list[str]) -> argparse.Namespace:
    """The command, or exit 2 for wrong usage. `command` is None when the window is wanted."""
    standard_streams.make_ready()
    with _failures_told():
        return parser().parse_args(arguments)


def run_command(options: argparse.Namespace, paths: Paths) -> int:
    """Run `options.command`; returns the exit code, or exits with that of a failure."""
    with _failures_told():
        paths = _with_chosen_models(paths)
        if options.command in WITH_ENGINE:
            _tell_engine_parts(paths)
        return _dispatch(options, paths)


def _tell_engine_parts(paths: Paths) -> None:
    """Let the engine use the GPU packs and processor variants that passed their test."""
    from app.engine_packs import has_parts

    if has_parts(paths):
        from app.engine_parts import known_parts
        from runtime.engine_parts import tell_parts

        tell_parts(known_parts(paths).parts)


def _with_chosen_models(paths: Paths) -> Paths:
    """Models may have been moved to another disk in the window."""
    from app.settings import look_at_settings

    settings, _ = look_at_settings(paths.settings_file)
    return paths.with_models_in(settings.models_dir)


@contextlib.contextmanager
def _failures_told() -> Iterator[None]:
    """Whatever fails in the block, or in writing what it printed, is one line and an exit code."""
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except CoterieError as error:
        sys.exit(_told(error.problem))
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output is gone (`coterie run … | head`); nothing is left to say.
        sys.exit(EXIT_PROBLEM)
    except OSError as error:
        sys.exit(_told(_not_finished(error)))
    finally:
        standard_streams.let_go()


def _told(problem: Problem) -> int:
    with contextlib.suppress(OSError):
        print(problem.one_line(), file=sys.stderr)
    return EXIT_PROBLEM


def _not_finished(error: OSError) -> Problem:
    reason = error.strerror or str(error)
    return Problem(
        kind="not_finished",
        title="The command could not be finished",
        message=f"{error.filename}: {reason}" if error.filename else reason,
        remedy="Check where its input comes from and its output goes; coterie doctor checks more.",
    )


def _dispatch(options: argparse.Namespace, paths: Paths) -> int:
    # Each command is imported when it runs: `coterie list` must not pay for the others.
    match options.command:
        case "doctor":
            from app.cli import doctor_command

            return doctor_command.run(options, paths, sys.stdout)
        case "list":
            from app.cli import list_command

            return list_command.run(options, paths, sys.stdout)
        case "plan":
            from app.cli import plan_command

            return plan_command.run(options, paths, sys.stdout)
        case "tune" | "bench":
            from app.cli import tune_command

            act = tune_command.run if options.command == "tune" else tune_command.bench
            return act(options, paths, sys.stdout, sys.stderr)
        case "search" | "pull" | "rm" | "verify" | "import" | "remove-data":
            return _owning(options, paths)
        case _:
            from app.cli import run_command

            return run_command.run(options, paths, sys.stdin, sys.stdout, sys.stderr)


def _owning(options: argparse.Namespace, paths: Paths) -> int:
    match options.command:
        case "search":
            from app.cli import search_command

            return search_command.run(options, paths, sys.stdout)
        case "pull":
            from app.cli import pull_command

            return pull_command.run(options, paths, sys.stdout, sys.stderr)
        case "rm":
            from app.cli import rm_command

            return rm_command.run(options, paths, sys.stdin, sys.stdout, sys.stderr)
        case "verify":
            from app.cli import verify_command

            return verify_command.run(options, paths, sys.stdout, sys.stderr)
        case "remove-data":
            from app.cli import remove_data_command

            return remove_data_command.run(options, paths, sys.stdin, sys.stdout, sys.stderr)
        case _:
            from app.cli import import_command

            return import_command.run(options, paths, sys.stdout, sys.stderr)
