"""A local hub, and a hub process that asks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.true_shapes.specs import SPECS
from benchmarks.true_shapes.writer import write_header
from tests.hub.fixtures import hub, tiny_repo
from tests.hub.hub import Hub
from tests.hub_process.asking import Asking

__all__ = ["hub", "tiny_repo"]

LARGE = "qwen3-30b-a3b"


@pytest.fixture
def asking(hub: Hub, tmp_path: Path) -> Iterator[Asking]:
    """A process that asks `hub`, signed out."""
    with Asking(hub.endpoint, tmp_path) as asking:
        yield asking


@pytest.fixture(scope="session")
def large_model(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """`large_model(mix)` has the header of a 30B with its 152,000 tokens, and a hole after it."""
    folder = tmp_path_factory.mktemp("large")

    def written(mix: str) -> Path:
        path = folder / f"Qwen3-30B-A3B-{mix}.gguf"
        if not path.exists():
            write_header(SPECS[LARGE], mix, path, with_vocabulary=True)
        return path

    return written
