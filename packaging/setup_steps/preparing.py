"""Brings an environment to what a command needs, once everything that it needs is there."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from setup_steps import environment as env
from setup_steps import prerequisites, processes
from setup_steps.engine_build import Builder
from setup_steps.engine_install import engine_wish, install_engine, portable_wish
from setup_steps.engine_recipe import EngineWish
from setup_steps.environment import Purpose
from setup_steps.layout import Layout
from setup_steps.prerequisites import Needs, machine_probes, qt_libraries
from setup_steps.processes import Completed
from setup_steps.stamps import write_stamp
from setup_steps.starter import make_starter
from setup_steps.system_packages import (
    BINUTILS,
    OFFSCREEN_LIBRARIES,
    X11_LIBRARIES,
    System,
    family_of,
)

OS_RELEASE = Path("/etc/os-release")


@dataclass(frozen=True)
class Setup:
    """One run of the set-up."""

    layout: Layout
    environment: Mapping[str, str]
    out: TextIO
    python_chosen: bool


def prepare(setup: Setup, purpose: Purpose, *, engine: bool = True) -> None:
    """Do what is not done yet in the checkout's own environment."""
    wish = engine_wish(setup.layout, setup.environment, processes.run) if engine else None
    libraries = qt_libraries(purpose == "run", setup.environment, sys.platform) if engine else ()
    _fill(setup, purpose, wish, Needs(compiler=False, venv=False, libraries=libraries))
    if engine:
        make_starter(setup.layout, setup.environment)


def prepare_bundle(setup: Setup) -> Layout:
    """Do what is not done yet in the environment that a bundle is made from; where that is."""
    bundling = replace(setup, layout=setup.layout.for_bundle())
    needs = Needs(
        compiler=False,
        venv=False,
        libraries=(*OFFSCREEN_LIBRARIES, *X11_LIBRARIES) if sys.platform == "linux" else (),
        programs=BINUTILS if sys.platform == "linux" else (),
        shared_python=sys.platform == "linux",
    )
    _fill(bundling, "bundle", portable_wish(bundling.layout, setup.environment), needs)
    return bundling.layout


def _fill(setup: Setup, purpose: Purpose, wish: EngineWish | None, needs: Needs) -> None:
    """Nothing is made before every prerequisite is there."""
    layout = setup.layout
    facts = env.look(layout, setup.python_chosen)
    state = env.venv_state(facts)
    stamp = facts.stamp if facts.stamp and state == "ready" else None
    engine_is_due = wish is not None and (stamp is None or stamp.engine != wish.digest())
    project_is_due = stamp is None or stamp.project != env.project_digest(layout)
    needs = replace(needs, compiler=engine_is_due or project_is_due, venv=state != "ready")
    compiler = prerequisites.require(
        needs, machine_probes(setup.environment, processes.run), _system(), _apt_get, setup.out
    )
    steps = env.EnvironmentSteps(layout, processes.stream, setup.environment, setup.out)
    stamp = steps.install_packages(steps.make(state), purpose)
    if wish is not None and engine_is_due and compiler is not None:
        builder = Builder(layout, processes.stream, setup.environment, setup.out)
        install_engine(builder, wish, compiler, processes.run)
        stamp = write_stamp(layout, replace(stamp, engine=wish.digest()))
    steps.install_project(stamp)


def _system() -> System:
    try:
        family = family_of(OS_RELEASE.read_text(encoding="utf-8"))
    except OSError:
        family = None
    return System(family, is_root=os.geteuid() == 0, platform=sys.platform)


def _apt_get(*arguments: str) -> Completed:
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    return processes.run(("apt-get", *arguments))
