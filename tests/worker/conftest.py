"""One worker with the starter model for the tests that need no fresh one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine_client import EngineClient

N_CTX = 4096


@pytest.fixture
def client(tmp_path: Path) -> Iterator[EngineClient]:
    """A fresh worker without a model."""
    client = EngineClient(tmp_path / "engine.log")
    yield client
    client.stop()


@pytest.fixture(scope="package")
def starter_client(
    tmp_path_factory: pytest.TempPathFactory, starter_model: Path
) -> Iterator[EngineClient]:
    """A worker that holds the starter model with a context of N_CTX tokens."""
    client = EngineClient(tmp_path_factory.mktemp("worker") / "engine.log")
    client.load(starter_model, n_ctx=N_CTX, n_threads=0)
    yield client
    client.stop()
