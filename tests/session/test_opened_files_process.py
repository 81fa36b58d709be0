"""Two real starts of the program: the second hands its file to the window of the first."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.engine_client import CHECKOUT
from tests.owned.files import put_model

PATIENCE_S = 60.0
BUSY_S = 5.0  # a start takes half of it, and a window was waited for 2 s
Start = Callable[..., subprocess.Popen[str]]


def command(module: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", module, *arguments)


@contextlib.contextmanager
def held(window: subprocess.Popen[str]) -> Iterator[None]:
    """As if its event loop were busy."""
    window.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        window.send_signal(signal.SIGCONT)


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
    """What the window says until it says `wanted`; one that never does is ended."""
    said: list[object] = []
    assert window.stdout is not None
    too_long = threading.Timer(PATIENCE_S, window.kill)
    too_long.start()
    try:
        for line in window.stdout:
            said.append(json.loads(line))
            if said[-1] == wanted:
                return said
    finally:
        too_long.cancel()
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


def test_the_word_of_the_desktop_is_there_when_the_window_is_activated(start: Start) -> None:
    window = start("tests.session.told_window", XDG_ACTIVATION_TOKEN="of-the-first")
    says(window, "furnished")
    assert start("ui.launch", XDG_ACTIVATION_TOKEN="shell-12").wait(PATIENCE_S) == 0
    assert says(window, ["after", None])[1:] == [["activated", "shell-12"], ["after", None]]


@pytest.mark.skipif(sys.platform == "win32", reason="no process is held there")
def test_a_window_that_is_busy_gets_the_file_and_no_other_opens(
    start: Start, tmp_path: Path
) -> None:
    window = start("tests.session.told_window")
    says(window, "furnished")
    model = put_model(tmp_path / "given.gguf")
    with held(window):
        second = start("ui.launch", str(model))
        with pytest.raises(subprocess.TimeoutExpired):
            second.wait(BUSY_S)
    assert second.wait(PATIENCE_S) == 0
    says(window, [[str(model), "new"]])


@pytest.mark.skipif(sys.platform == "win32", reason="no process is held there")
def test_a_window_that_hangs_keeps_the_file_and_its_name(start: Start, tmp_path: Path) -> None:
    window = start("tests.session.told_window")
    says(window, "furnished")
    model = put_model(tmp_path / "given.gguf")
    with held(window):
        second = start("tests.session.told_window", str(model), COTERIE_PATIENCE_MS="200")
        assert says(second, "furnished") == ["begun", "furnished"]  # and no file is offered
    says(window, [[str(model), "new"]])
    assert start("ui.launch").wait(PATIENCE_S) == 0
    says(window, "forward")
    second.terminate()
    rest, _ = second.communicate(timeout=PATIENCE_S)
    assert rest == ""


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
