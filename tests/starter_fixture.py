"""The starter model for tests: the one the set-up made, or one made for this run."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.paths import Paths
from runtime.starter.starter_model import STARTER_FILE, make_starter


@pytest.fixture(scope="session")
def starter_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The path of the real starter model (447 MB). Never write to it."""
    made = Paths.for_user().models_dir / STARTER_FILE
    if made.exists():
        return made
    return make_starter(tmp_path_factory.mktemp("starter"), lambda _fraction: None)
