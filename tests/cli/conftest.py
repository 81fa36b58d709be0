"""`coterie`: runs the command line in a process, on a home of its own with the starter model."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engine_client import CHECKOUT
from tests.hub.fixtures import hub, tiny_repo

__all__ = ["hub", "tiny_repo"]

Completed = subprocess.CompletedProcess[str]
COMMAND = (sys.executable, "-m", "ui.launch")


@pytest.fixture
def home(tmp_path: Path, starter_model: Path) -> Path:
    models = tmp_path / "data" / "models"
    models.mkdir(parents=True)
    (models / starter_model.name).symlink_to(starter_model)
    return tmp_path


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    return os.environ | {"COTERIE_HOME": str(home), "PYTHONPATH": str(CHECKOUT)}


@pytest.fixture
def coterie(environment: dict[str, str]) -> Callable[..., Completed]:
    def run(*words: str, stdin: str = "") -> Completed:
        return subprocess.run(
            (*COMMAND, *words),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            env=environment,
        )

    return run
