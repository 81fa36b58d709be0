"""A worker that dies under `coterie run`: one line says why, and where to look."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import psutil
import pytest

from tests.cli.conftest import COMMAND
from tests.engine_client import CHECKOUT

MODEL = "smollm2-135m-moe"


@pytest.mark.parametrize(
    ("fatal", "says"),
    [
        (signal.SIGKILL, "memory ran out. Close other programs"),
        (signal.SIGTERM, "It was ended by SIGTERM. Try again."),
    ],
)
def test_in_the_middle_of_an_answer(
    environment: dict[str, str], home: Path, fatal: signal.Signals, says: str
) -> None:
    with subprocess.Popen(
        (*COMMAND, "run", MODEL, "Write a very long story about the sea."),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.read(1)
        (worker,) = psutil.Process(process.pid).children()
        worker.send_signal(fatal)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    (line,) = errors.splitlines()
    assert line.startswith("The engine stopped: ")
    assert says in line
    assert line.endswith(f" Its log is {home}/logs/engine-cli.log; coterie doctor checks more.")


def test_without_an_engine(
    environment: dict[str, str], home: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A package of that name that is not there, as far as an import can tell."""
    folder = tmp_path_factory.mktemp("without")
    (folder / "llama_cpp").mkdir()
    (folder / "llama_cpp" / "__init__.py").write_text(
        "raise ModuleNotFoundError(\"No module named 'llama_cpp'\", name='llama_cpp')"
    )
    done = subprocess.run(
        (*COMMAND, "run", MODEL, "Hello"),
        capture_output=True,
        text=True,
        timeout=60,
        env=environment | {"PYTHONPATH": f"{folder}:{CHECKOUT}"},
    )
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("The engine is not installed: ")
    assert "make run" in line
    assert "engine-cli.log" in line
