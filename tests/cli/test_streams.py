"""Standard streams that are closed, full, not UTF-8, or left early: a line and an exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import COMMAND, Completed

MODEL = "tiny-qwen3moe"
Finished = subprocess.CompletedProcess[bytes]
Shell = Callable[..., Finished]
SHORT = ("run", MODEL, "Hello", "--max-tokens", "2")

pytestmark = pytest.mark.skipif(os.name != "posix", reason="made with a shell")


@pytest.fixture(autouse=True)
def quick_model(home: Path, tiny_model: Callable[[str], Path]) -> None:
    path = tiny_model("qwen3moe")
    (home / "data" / "models" / path.name).symlink_to(path)


@pytest.fixture
def through_sh(environment: dict[str, str]) -> Shell:
    """`through_sh(line, *words, **variables)`: the words stand for "$@" in a line of the shell."""

    def run(line: str, *words: str | bytes, **variables: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            ("sh", "-c", line, "sh", *COMMAND, *words),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            env=environment | variables,
        )

    return run


def told(done: Finished) -> str:
    """The one line of a failure."""
    assert done.returncode == 1
    (line,) = done.stderr.decode().splitlines()
    return line


needs_full_disk = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")


@needs_full_disk
@pytest.mark.parametrize(
    ("words", "unbuffered"),
    [
        (("list",), ""),
        (("list",), "1"),
        (("list", "--json"), ""),
        (SHORT, ""),
        ((*SHORT, "--json"), ""),
        (("--version",), ""),
        (("--version",), "1"),
        (("--help",), ""),
    ],
)
def test_a_full_disk(through_sh: Shell, words: tuple[str, ...], unbuffered: str) -> None:
    line = told(through_sh('"$@" > /dev/full', *words, PYTHONUNBUFFERED=unbuffered))
    assert line.startswith("The command could not be finished: No space left on device. ")


@needs_full_disk
def test_a_full_disk_for_the_numbers(through_sh: Shell) -> None:
    assert through_sh('"$@" 2> /dev/full', *SHORT).returncode == 1


@pytest.mark.parametrize("words", [("list",), (*SHORT, "--json")])
def test_no_stdout(through_sh: Shell, words: tuple[str, ...]) -> None:
    assert told(through_sh('"$@" >&-', *words)).startswith("The command could not be finished: ")


def test_no_stdin(through_sh: Shell) -> None:
    done = through_sh('"$@" <&-', *SHORT)
    assert (done.returncode, bool(done.stdout.strip())) == (0, True)
    assert told(through_sh('"$@" <&-', "run", MODEL)).startswith("Nothing to answer: ")


def test_no_stderr(through_sh: Shell) -> None:
    done = through_sh('"$@" 2>&-', *SHORT)
    assert done.returncode == 0
    assert b"tok/s" not in done.stdout
    assert through_sh('"$@" 2>&-', "run", "nobody", "Hi").returncode == 1


@pytest.mark.parametrize("words", [("list",), ("list", "--json"), ("doctor",), (*SHORT, "--json")])
def test_a_reader_that_leaves_before_the_end(
    environment: dict[str, str], words: tuple[str, ...]
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        (*COMMAND, *words),
        stdout=writing,
        stderr=subprocess.PIPE,
        timeout=60,
        env=environment | {"PYTHONUNBUFFERED": ""},
    )
    os.close(writing)
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert b"Exception" not in done.stderr


@pytest.mark.parametrize("prompt", [b"Say \xff", b"\xff"])
def test_a_prompt_that_is_not_utf8_is_answered(through_sh: Shell, prompt: bytes) -> None:
    assert through_sh('"$@"', "run", MODEL, prompt, "--max-tokens", "2").returncode == 0


def test_stdin_that_is_not_utf8_is_answered(environment: dict[str, str]) -> None:
    done = subprocess.run(
        (*COMMAND, "run", MODEL, "--max-tokens", "2"),
        input=b"Say \xff",
        capture_output=True,
        timeout=60,
        env=environment,
    )
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr


def test_a_terminal_that_is_not_utf8(through_sh: Shell, home: Path) -> None:
    done = through_sh('"$@"', *SHORT, PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert b" ? 2 tokens ? " in done.stderr
    models = home / "data" / "models"
    (models / f"{MODEL}.gguf").rename(models / "\N{GREEK SMALL LETTER OMEGA}.gguf")
    done = through_sh('"$@"', "list", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"\n? " in done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="this system has only names that are text")
def test_a_model_whose_name_is_not_utf8(coterie: Callable[..., Completed], home: Path) -> None:
    name = b"b\xffd".decode("utf-8", "surrogateescape")
    models = home / "data" / "models"
    (models / f"{MODEL}.gguf").rename(models / f"{name}.gguf")
    done = coterie("list")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[1].startswith("b?d ")
    first, _ = json.loads(coterie("list", "--json").stdout)["models"]
    assert first["id"] == name
    done = coterie("run", name, "Hello")
    assert done.returncode == 1
    assert done.stderr.startswith("The engine can't be given this file: ")


def test_a_log_folder_that_is_a_file(coterie: Callable[..., Completed], home: Path) -> None:
    (home / "logs").write_text("")
    done = coterie(*SHORT)
    assert done.returncode == 1
    assert done.stderr.startswith(f"The engine did not start: Its log {home}/logs/engine-cli.log ")
    assert len(done.stderr.splitlines()) == 1
