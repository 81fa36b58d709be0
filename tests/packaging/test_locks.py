"""The lock files: exact versions with hashes, no index named, all of pyproject in them."""

from __future__ import annotations

import re
import tomllib
from functools import cache

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from setup_steps.locks import plans

from tests.packaging.machine import CHECKOUT, SETUP_FOLDER

LOCKS = sorted(SETUP_FOLDER.glob("*.lock"))
PYPROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
PYTHONS = ("3.11", "3.12", "3.13")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


@cache
def entries(name: str) -> list[list[str]]:
    """Each entry as its words: the requirement's, then the hashes."""
    text = (SETUP_FOLDER / f"{name}.lock").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    return [entry.split() for entry in "\n".join(lines).replace("\\\n", " ").splitlines()]


def requirement(entry: list[str]) -> Requirement:
    return Requirement(" ".join(word for word in entry if not word.startswith("--hash")))


def locked_versions(name: str, python: str) -> dict[str, str]:
    """What the file installs on this platform under `python`; one version a package."""
    environment = {**default_environment(), "python_version": python}
    environment["python_full_version"] = f"{python}.9"
    found = [requirement(entry) for entry in entries(name)]
    chosen = [one for one in found if one.marker is None or one.marker.evaluate(environment)]
    versions = {canonicalize_name(one.name): str(one.specifier)[2:] for one in chosen}
    assert len(versions) == len(chosen)
    return versions


def test_the_files_are_those_that_make_lock_writes() -> None:
    assert {file.stem for file in LOCKS} == {plan.name for plan in plans(PYPROJECT)}


@pytest.mark.parametrize("name", [file.stem for file in LOCKS])
def test_each_entry_is_exact_and_hashed(name: str) -> None:
    assert entries(name)
    for entry in entries(name):
        assert re.fullmatch(r"==[^=*,]+", str(requirement(entry).specifier)), entry[0]
        hashes = [word for word in entry if word.startswith("--hash")]
        assert hashes, entry[0]
        assert all(HASH.fullmatch(word) for word in hashes), entry[0]


@pytest.mark.parametrize("name", [file.stem for file in LOCKS])
def test_no_index_and_no_path_is_named(name: str) -> None:
    text = (SETUP_FOLDER / f"{name}.lock").read_text(encoding="utf-8")
    assert "://" not in text
    assert "index" not in re.sub(r"^\S+==.*$", "", text, flags=re.MULTILINE)
    assert not re.search(r"(^|\s)[/~]\w", text)


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_everything_pyproject_asks_for_is_there(name: str, python: str) -> None:
    locked = locked_versions(name, python)
    project = PYPROJECT["project"]
    asked = [*project["dependencies"], *PYPROJECT["build-system"]["requires"]]
    asked += project["optional-dependencies"]["dev"] if name == "requirements-dev" else []
    checked = 0
    for one in map(Requirement, asked):
        applies = one.marker is None or one.marker.evaluate({"python_version": python})
        if applies and one.name != "llama-cpp-python":
            assert one.specifier.contains(locked[canonicalize_name(one.name)]), one
            checked += 1
    assert checked >= 10


@pytest.mark.parametrize("python", PYTHONS)
def test_the_tests_run_with_the_versions_that_the_program_runs_with(python: str) -> None:
    run, dev = locked_versions("requirements", python), locked_versions("requirements-dev", python)
    assert run.items() <= dev.items()


def test_qt_is_held_back_on_python_311() -> None:
    assert locked_versions("requirements", "3.11")["pyside6-essentials"] == "6.11.3"


def test_the_engine_is_pyprojects_and_is_built_apart() -> None:
    engine = next(
        one for one in PYPROJECT["project"]["dependencies"] if one.startswith("llama-cpp-python")
    )
    assert [entry[0] for entry in entries("engine")] == [engine]
    assert "llama-cpp-python" not in locked_versions("requirements-dev", "3.12")


def test_the_set_up_is_no_package_called_packaging() -> None:
    assert list(SETUP_FOLDER.rglob("__init__.py")) == []
