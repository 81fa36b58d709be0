"""A Python that is too old hands over to a newer one or refuses in one sentence."""

from __future__ import annotations

import ast
import shutil
import subprocess

import pytest
from bootstrap import choose, main, new_enough

from tests.packaging.machine import SETUP_FOLDER

BOOTSTRAP = SETUP_FOLDER / "bootstrap.py"


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 1), (3, 14, 0), (4, 0, 0)])
@pytest.mark.parametrize("chosen", [True, False])
def test_a_new_python_is_used(version: tuple[int, ...], chosen: bool) -> None:
    assert choose(version, chosen, lambda name: True) == ("use", "")


def test_an_old_one_switches_to_the_newest_on_the_path() -> None:
    there = {"python3.11", "python3.12"}
    assert choose((3, 10, 2), False, there.__contains__) == ("switch", "python3.12")


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 6, 15), (3, 10, 13)])
def test_with_no_newer_one_it_refuses(version: tuple[int, ...]) -> None:
    action, sentence = choose(version, False, lambda name: False)
    assert action == "refuse"
    assert f"this is {version[0]}.{version[1]}:" in sentence
    assert "\n" not in sentence


def test_an_old_one_the_user_chose_is_refused_even_beside_a_newer_one() -> None:
    assert choose((3, 10, 2), True, lambda name: True)[0] == "refuse"


def test_the_file_parses_on_the_pythons_it_refuses() -> None:
    source = BOOTSTRAP.read_bytes()
    assert source.isascii()
    tree = ast.parse(source, feature_version=(3, 4))
    # Python 2 has neither of these.
    newer = (ast.JoinedStr, ast.AnnAssign, ast.arg)
    found = [node for node in ast.walk(tree) if isinstance(node, newer)]
    assert [node for node in found if not isinstance(node, ast.arg) or node.annotation] == []


def test_on_a_real_old_python() -> None:
    names = ("python2.7", "python3.8", "python3.9", "python3.10")
    pythons = [name for name in names if starts(name)]
    if not pythons:
        pytest.skip("no Python here that is too old")
    for python in pythons:
        done = subprocess.run(
            [python, str(BOOTSTRAP), "--chosen", "run"], check=False, capture_output=True, text=True
        )
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("Coterie needs Python 3.11 or newer")
        assert done.stderr.count("\n") == 1


def starts(name: str) -> bool:
    """Whether a Python of that name is here (version switchers install names that are not)."""
    return (
        bool(shutil.which(name))
        and subprocess.run([name, "-c", ""], check=False, capture_output=True).returncode == 0
    )


def test_a_name_that_does_not_start_is_not_new_enough() -> None:
    assert not new_enough("python3.999")


@pytest.mark.parametrize("arguments", [[], ["fly"], ["run", "test"]])
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith("usage: ")
