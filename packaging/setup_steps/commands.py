"""The commands of the set-up, each the steps it needs and then its own program."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from setup_steps import environment as env
from setup_steps import processes
from setup_steps.checks import all_checks, run_checks, static_checks
from setup_steps.layout import CHECKOUT, Layout, cache_folder
from setup_steps.locks import make_locks
from setup_steps.preparing import Setup, prepare, prepare_bundle
from setup_steps.processes import SetupError, clean_environment

NAMES = ("run", "test", "lint", "bench", "bundle", "smoke", "lock", "words", "clean")
CATALOGUES = CHECKOUT / "packaging" / "catalogues.py"
BUNDLE = CHECKOUT / "packaging" / "bundle" / "build.py"
SMOKE = CHECKOUT / "packaging" / "linux" / "smoke.py"
INTERRUPTED = 128 + signal.SIGINT


def run_command(arguments: list[str], python_chosen: bool) -> int:
    """Run one command; every expected failure is a sentence on stderr and exit code 1."""
    if len(arguments) != 1 or arguments[0] not in NAMES:
        print(f"usage: bootstrap.py {' | '.join(NAMES)}", file=sys.stderr)
        return 2
    environment = clean_environment(os.environ)
    layout = Layout(CHECKOUT, cache_folder(environment, Path.home()))
    setup = Setup(layout, environment, sys.stdout, python_chosen)
    try:
        return _dispatch(arguments[0], setup)
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        print(f"\nThe set-up stopped: {error.strerror or error}{where}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to go on.", file=sys.stderr)
        return INTERRUPTED


def _dispatch(name: str, setup: Setup) -> int:
    layout = setup.layout
    match name:
        case "lock":
            make_locks(layout, processes.stream, setup.environment, setup.out)
            return 0
        case "clean":
            env.remove(layout)
            return 0
        case "words":
            prepare(setup, "test", engine=False)
            return _become(layout, (str(layout.python), str(CATALOGUES)), setup)
        case "lint":
            prepare(setup, "test", engine=False)
            return run_checks(static_checks(layout), layout, setup.environment)
        case "test":
            prepare(setup, "test")
            return run_checks(all_checks(layout), layout, setup.environment)
        case "bench":
            prepare(setup, "test")
            return _become(layout, (str(layout.python), "-m", "benchmarks"), setup)
        case "bundle":
            bundling = prepare_bundle(setup)
            return _become(bundling, (str(bundling.python), str(BUNDLE)), setup)
        case "smoke":
            return _become(layout, (sys.executable, str(SMOKE)), setup)
        case _:
            prepare(setup, "run")
            return _become(layout, (str(layout.program("coterie")),), setup)


def _become(layout: Layout, command: tuple[str, ...], setup: Setup) -> int:
    os.chdir(layout.checkout)
    setup.out.flush()
    os.execve(command[0], command, dict(setup.environment))  # noqa: S606
