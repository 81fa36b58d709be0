"""`.venv` is made once, kept when it fits, and never taken from somebody else."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from setup_steps.environment import (
    COMPILED,
    EnvironmentSteps,
    Purpose,
    VenvFacts,
    lock_digests,
    look,
    missing_locks,
    remove,
    venv_state,
)
from setup_steps.layout import Layout, cache_folder
from setup_steps.processes import SetupError
from setup_steps.stamps import Stamp, read_stamp, write_stamp

from tests.packaging.machine import Streams

STAMP = Stamp(checkout="/checkout", python="3.12.1")
READY = VenvFacts(True, True, STAMP, "/checkout", "3.12.1", python_chosen=False)


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        (READY, "ready"),
        (replace(READY, exists=False), "missing"),
        (replace(READY, stamp=None), "foreign"),
        (replace(READY, python_starts=False), "stale"),
        (replace(READY, checkout="/moved"), "stale"),
        (replace(READY, python="3.13.0"), "ready"),
        (replace(READY, python="3.13.0", python_chosen=True), "stale"),
        (replace(READY, python_chosen=True), "ready"),
    ],
)
def test_state(facts: VenvFacts, state: str) -> None:
    assert venv_state(facts) == state


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """A checkout with lock files and nothing set up."""
    made = Layout(tmp_path / "checkout", tmp_path / "cache")
    (made.checkout / "packaging").mkdir(parents=True)
    (made.checkout / "pyproject.toml").write_text("[project]\n")
    (made.checkout / COMPILED).parent.mkdir(parents=True)
    (made.checkout / COMPILED).write_text("int tap;\n")
    for name in ("requirements", "requirements-dev", "starter", "bundle"):
        made.lock(name).write_text(f"# {name}\n")
    return made


def venv_maker(layout: Layout) -> Streams:
    """venv that makes its Python; pip that says what it collects."""

    def behave(command: Sequence[str], environment: Mapping[str, str]) -> tuple[int, list[str]]:
        if "venv" in command:
            layout.python.parent.mkdir(parents=True)
            layout.python.touch()
        return 0, ["Collecting msgspec==0.22.0"]

    return Streams(behave)


def set_up(layout: Layout, stream: Streams, purpose: Purpose = "run") -> str:
    out = io.StringIO()
    steps = EnvironmentSteps(layout, stream, {}, out)
    steps.install_project(
        steps.install_packages(steps.make(venv_state(look(layout, False))), purpose)
    )
    return out.getvalue()


def test_from_nothing(layout: Layout) -> None:
    stream = venv_maker(layout)
    told = set_up(layout, stream)
    venv, packages, project = stream.commands
    assert venv[1:3] == ("-m", "venv")
    assert {"--require-hashes", "--no-deps"} <= set(packages)
    assert [Path(word).name for word in packages if word.endswith(".lock")] == [
        "requirements.lock",
        "starter.lock",
    ]
    assert project[-2:] == ("--editable", str(layout.checkout))
    assert "--no-build-isolation" in project
    assert "Packages: 1 installed" in told


def test_a_second_run_starts_no_program(layout: Layout) -> None:
    set_up(layout, venv_maker(layout))
    again = venv_maker(layout)
    assert set_up(layout, again) == ""
    assert again.commands == []


def test_tests_after_a_run_add_only_packages(layout: Layout) -> None:
    set_up(layout, venv_maker(layout))
    tests = venv_maker(layout)
    set_up(layout, tests, "test")
    (packages,) = tests.commands
    assert str(layout.lock("requirements-dev")) in packages


def test_a_run_after_tests_has_nothing_to_do(layout: Layout) -> None:
    set_up(layout, venv_maker(layout), "test")
    run = venv_maker(layout)
    set_up(layout, run)
    assert run.commands == []


def test_a_bundles_environment_is_one_of_its_own(layout: Layout) -> None:
    set_up(layout, venv_maker(layout))
    bundling = layout.for_bundle()
    stream = venv_maker(bundling)
    told = set_up(bundling, stream, "bundle")
    assert "Making the environment build/bundle/venv\n" in told
    locks = [Path(word).name for word in stream.commands[1] if word.endswith(".lock")]
    assert locks == ["requirements.lock", "bundle.lock", "starter.lock"]
    assert bundling.stamp.is_relative_to(layout.checkout / "build")
    assert venv_state(look(layout, False)) == "ready"


@pytest.mark.parametrize("changed", ["packaging/requirements.lock", "pyproject.toml", COMPILED])
def test_a_changed_file_repeats_only_its_step(layout: Layout, changed: str) -> None:
    set_up(layout, venv_maker(layout))
    (layout.checkout / changed).write_text("# other\n")
    again = venv_maker(layout)
    set_up(layout, again)
    assert len(again.commands) == 1
    assert ("--editable" in again.commands[0]) is (changed != "packaging/requirements.lock")


def test_an_install_that_fails_is_told_and_is_tried_again(layout: Layout) -> None:
    def broken(command: Sequence[str], environment: Mapping[str, str]) -> tuple[int, list[str]]:
        layout.python.parent.mkdir(parents=True, exist_ok=True)
        layout.python.touch()
        return int("pip" in command), ["ERROR: hashes do not match"]

    with pytest.raises(SetupError, match="hashes do not match"):
        set_up(layout, Streams(broken))
    again = venv_maker(layout)
    stamp = read_stamp(layout)
    assert stamp is not None
    assert missing_locks(stamp, lock_digests(layout, "run")) == ["requirements", "starter"]
    set_up(layout, again)
    assert [("pip" in command) for command in again.commands] == [True, True]


def test_one_that_was_interrupted_is_made_again(layout: Layout) -> None:
    layout.venv.mkdir()
    write_stamp(layout, Stamp(checkout=str(layout.checkout)))
    (layout.venv / "half").touch()
    set_up(layout, venv_maker(layout))
    assert not (layout.venv / "half").exists()


def test_somebody_elses_is_left_alone(layout: Layout) -> None:
    layout.venv.mkdir()
    (layout.venv / "theirs").touch()
    stream = venv_maker(layout)
    with pytest.raises(SetupError, match="was not made by this set-up"):
        set_up(layout, stream)
    with pytest.raises(SetupError, match="delete it yourself"):
        remove(layout)
    assert (layout.venv / "theirs").exists()
    assert stream.commands == []


def test_a_damaged_stamp_is_no_stamp(layout: Layout) -> None:
    layout.venv.mkdir()
    for damage in ("", "[]", '{"colour": "red"}', "\x00"):
        layout.stamp.write_text(damage)
        assert read_stamp(layout) is None


def test_clean_leaves_only_the_sources(layout: Layout) -> None:
    set_up(layout, venv_maker(layout))
    (layout.checkout / COMPILED).with_suffix(".cpython-311-x86_64-linux-gnu.so").touch()
    remove(layout)
    remove(layout)
    assert sorted(path.name for path in layout.checkout.iterdir()) == [
        "packaging",
        "pyproject.toml",
        "runtime",
    ]
    assert list((layout.checkout / COMPILED).parent.iterdir()) == [layout.checkout / COMPILED]


@pytest.mark.parametrize(
    ("environment", "platform", "folder"),
    [
        ({}, "linux", "/home/ann/.cache/coterie"),
        ({"XDG_CACHE_HOME": "/fast"}, "linux", "/fast/coterie"),
        ({"XDG_CACHE_HOME": "relative"}, "linux", "/home/ann/.cache/coterie"),
        ({"XDG_CACHE_HOME": ""}, "darwin", "/home/ann/Library/Caches/coterie"),
    ],
)
def test_the_cache_folder(environment: dict[str, str], platform: str, folder: str) -> None:
    assert cache_folder(environment, Path("/home/ann"), platform) == Path(folder)
