"""The fixtures: import `hub`, and `tiny_repo` where wanted, in a conftest to have them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.hub.hub import Hub
from tests.hub.tiny_repository import TINY_REPO, add_tiny_repository


@pytest.fixture
def hub() -> Iterator[Hub]:
    """An empty hub of this test's own."""
    with Hub() as hub:
        yield hub


@pytest.fixture
def tiny_repo(hub: Hub, tiny_model: Callable[[str], Path], tmp_path: Path) -> str:
    """The id of a repository of tiny models, which `hub` then holds."""
    folder = tmp_path / "tiny-parts"
    folder.mkdir()
    add_tiny_repository(hub, tiny_model, folder)
    return TINY_REPO
