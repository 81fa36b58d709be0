"""Two real starts of the program: the second hands its file to the window of the first."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.engine_client import CHECKOUT
from tests.owned.files import put_model

PATIENCE_S = 60.0
Start = Callable[..., subprocess.Popen[str]]


def command(module: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", module, *arguments)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a module on one home of its own; what still runs is ended."""
    home = tmp_path / "home"
    (home / "config").mkdir(parents=True)
    (home / "config" / "settings.json").write_text(json.dumps({"first_run_done": True}))
    started: list[subprocess.Popen[str]] = []

    def start(module: str, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        environment = os.environ | variables
        environment |= {"COTERIE_HOME": str(home), "QT_QPA_PLATFORM": "offscreen"}
        environment |= {"PYTHONPATH": str(CHECKOUT)}
        process = subprocess.Popen(
            command(module, *arguments),
            env=environment,
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def says(window: subprocess.Popen[str], wanted: object) -> list[object]:
    """What the window says until it says `wanted`."""
    said: list[object] = []
    assert window.stdout is not None
    for line in window.stdout:
        said.append(json.loads(line))
        if said[-1] == wanted:
            return said
    raise AssertionError(f"it ended with {said}")


def test_a_file_is_offered_in_the_window_it_opens(start: Start, tmp_path: Path) -> None:
    model = put_model(tmp_path / "given.gguf")
    window = start("tests.session.told_window", str(model))
    says(window, [[str(model), "new"]])


def test_the_second_start_hands_its_file_over_and_ends(start: Start, tmp_path: Path) -> None:
    window = start("tests.session.told_window")
    says(window, "furnished")
    model = put_model(tmp_path / "given.gguf")
    second = start("ui.launch", "given.gguf", "file:///gone.gguf")
    assert second.wait(PATIENCE_S) == 0
    said = says(window, [[str(model), "new"], ["/gone.gguf", "problem"]])
    assert said[0] == "forward"
    assert window.poll() is None


def test_a_second_start_without_a_file_only_raises(start: Start) -> None:
    window = start("tests.session.told_window")
    says(window, "furnished")
    assert start("ui.launch").wait(PATIENCE_S) == 0
    assert says(window, "forward") == ["forward"]


def test_two_starts_at_once_are_one_window(start: Start, tmp_path: Path) -> None:
    models = [put_model(tmp_path / f"{name}.gguf") for name in ("a", "b")]
    window = start("tests.session.told_window", str(models[0]))
    says(window, "begun")  # it has the lock, and does not listen yet
    second = start("ui.launch", str(models[1]))
    says(window, [[str(models[0]), "new"], [str(models[1]), "new"]])
    assert second.wait(PATIENCE_S) == 0


def test_a_file_that_macos_opens_is_offered_too(start: Start, tmp_path: Path) -> None:
    model = put_model(tmp_path / "given.gguf")
    window = start("tests.session.told_window", COTERIE_FILE_EVENT=str(model))
    says(window, [[str(model), "new"]])


def test_an_address_of_elsewhere_is_refused_in_words(start: Start) -> None:
    process = start("ui.launch", "https://host/a.gguf")
    _, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 1
    assert said.strip().startswith("Only files on this computer can be opened")
