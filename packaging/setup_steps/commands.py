"""The commands of the set-up, each the steps it needs and then its own program."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from setup_steps import environment as env
from setup_steps import prerequisites, processes
from setup_steps.checks import all_checks, run_checks, static_checks
from setup_steps.engine_build import Builder
from setup_steps.engine_install import engine_wish, install_engine
from setup_steps.layout import CHECKOUT, Layout, cache_folder
from setup_steps.locks import make_locks
from setup_steps.prerequisites import Needs, machine_probes, qt_libraries
from setup_steps.processes import Completed, SetupError, clean_environment
from setup_steps.stamps import write_stamp
from setup_steps.starter import make_starter
from setup_steps.system_packages import System, family_of

NAMES = ("run", "test", "lint", "bench", "lock", "words", "clean")
OS_RELEASE = Path("/etc/os-release")
CATALOGUES = CHECKOUT / "packaging" / "catalogues.py"
INTERRUPTED = 128 + signal.SIGINT


@dataclass(frozen=True)
class Setup:
    """One run of the set-up."""

    layout: Layout
    environment: Mapping[str, str]
    out: TextIO
    python_chosen: bool


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
            prepare(setup, dev=True, engine=False, window=False)
            return _become(layout, (str(layout.python), str(CATALOGUES)), setup)
        case "lint":
            prepare(setup, dev=True, engine=False, window=False)
            return run_checks(static_checks(layout), layout, setup.environment)
        case "test":
            prepare(setup, dev=True, engine=True, window=False)
            return run_checks(all_checks(layout), layout, setup.environment)
        case "bench":
            prepare(setup, dev=True, engine=True, window=False)
            return _become(layout, (str(layout.python), "-m", "benchmarks"), setup)
        case _:
            prepare(setup, dev=False, engine=True, window=True)
            return _become(layout, (str(layout.program("coterie")),), setup)


def prepare(setup: Setup, *, dev: bool, engine: bool, window: bool) -> None:
    """Do what is not done yet; nothing is made before every prerequisite is there."""
    layout = setup.layout
    facts = env.look(layout, setup.python_chosen)
    state = env.venv_state(facts)
    wish = engine_wish(layout, setup.environment, processes.run) if engine else None
    installed = facts.stamp.engine if facts.stamp and state == "ready" else ""
    needs = Needs(
        compiler=wish is not None and wish.digest() != installed,
        venv=state != "ready",
        libraries=qt_libraries(window, setup.environment, sys.platform) if engine else (),
    )
    compiler = prerequisites.require(
        needs, machine_probes(setup.environment, processes.run), _system(), _apt_get, setup.out
    )
    steps = env.EnvironmentSteps(layout, processes.stream, setup.environment, setup.out)
    stamp = steps.install_packages(steps.make(state), dev)
    if wish is not None and compiler is not None:
        builder = Builder(layout, processes.stream, setup.environment, setup.out)
        install_engine(builder, wish, compiler, processes.run)
        stamp = write_stamp(layout, replace(stamp, engine=wish.digest()))
    steps.install_project(stamp)
    if engine:
        make_starter(layout, setup.environment)


def _system() -> System:
    try:
        family = family_of(OS_RELEASE.read_text(encoding="utf-8"))
    except OSError:
        family = None
    return System(family, is_root=os.geteuid() == 0, platform=sys.platform)


def _apt_get(*arguments: str) -> Completed:
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    return processes.run(("apt-get", *arguments))


def _become(layout: Layout, command: tuple[str, ...], setup: Setup) -> int:
    os.chdir(layout.checkout)
    setup.out.flush()
    os.execve(command[0], command, dict(setup.environment))  # noqa: S606
