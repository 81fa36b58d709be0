"""Fixtures that give the tiny models, each written once in a test run."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.models.tiny import write_tiny


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """`tiny_model(name)` is the path of that tiny model. Copy it before changing it."""
    folder = tmp_path_factory.mktemp("tiny-models")
    return cache(lambda name: write_tiny(folder, name))
