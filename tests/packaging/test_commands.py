"""The commands for real, in a copy of the checkout, as far as they go without a network."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from setup_steps.checks import all_checks
from setup_steps.environment import COMPILED
from setup_steps.layout import Layout
from setup_steps.processes import clean_environment, run, stream

from tests.packaging.machine import CHECKOUT


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The set-up in a checkout of its own, beside an empty home and an empty search path."""
    made = tmp_path / "checkout"
    ignored = shutil.ignore_patterns("__pycache__", ".mypy_cache")
    shutil.copytree(CHECKOUT / "packaging", made / "packaging", ignore=ignored)
    for name in ("pyproject.toml", "Makefile"):
        shutil.copy(CHECKOUT / name, made)
    (made / COMPILED).parent.mkdir(parents=True)
    shutil.copy(CHECKOUT / COMPILED, made / COMPILED)
    for name in ("home", "bin"):
        (tmp_path / name).mkdir()
    return made


@pytest.mark.parametrize("command", ["run", "test", "lint", "bench", "bundle"])
def test_without_a_compiler_nothing_is_made(copy: Path, command: str) -> None:
    home, path = copy.parent / "home", copy.parent / "bin"
    before = sorted(copy.iterdir())
    done = subprocess.run(
        [sys.executable, "-B", str(copy / "packaging" / "bootstrap.py"), command],
        check=False,
        capture_output=True,
        text=True,
        env={"HOME": str(home), "PATH": str(path)},
    )
    assert done.returncode == 1
    assert "Missing on this machine: a C++17 compiler" in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(copy.iterdir()) == before
    assert list(home.iterdir()) == []


def test_make_alone_lists_the_targets() -> None:
    make = shutil.which("make")
    if make is None:
        pytest.skip("no make here")
    environment = clean_environment(os.environ)
    done = subprocess.run(
        [make], check=True, capture_output=True, text=True, cwd=CHECKOUT, env=environment
    )
    listed = set(re.findall(r"make (\w+)\t", done.stdout))
    assert listed == {
        *("help", "run", "test", "lint", "bench", "bundle", "smoke", "lock", "words", "clean")
    }


def test_pytest_runs_last() -> None:
    names = [check.name for check in all_checks(Layout(CHECKOUT, CHECKOUT))]
    assert names == ["ruff check", "ruff format", "mypy", "import-linter", "pytest"]


def test_makes_own_variables_and_another_pythons_stay_behind() -> None:
    outside = {"MAKEFLAGS": "-j8", "PYTHONPATH": "/other", "PIP_CERT": "/ca", "HOME": "/home/ann"}
    assert clean_environment(outside) == {"PIP_CERT": "/ca", "HOME": "/home/ann"}


def test_a_program_that_is_not_there_is_a_result() -> None:
    assert run(("no-such-program-anywhere",)).code == 127


def test_lines_come_from_both_streams_with_the_exit_code() -> None:
    script = "import sys; print('one', flush=True); print('two', file=sys.stderr); sys.exit(3)"
    lines: list[str] = []
    assert stream((sys.executable, "-c", script), lines.append, os.environ) == 3
    assert lines == ["one", "two"]


def test_a_reader_that_stops_ends_the_program() -> None:
    script = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
    seen: list[int] = []

    def stop(line: str) -> None:
        seen.append(int(line))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stream((sys.executable, "-c", script), stop, os.environ)
    with pytest.raises(ProcessLookupError):
        os.kill(seen[0], 0)
