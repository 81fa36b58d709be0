"""Layouts of models of true shape, and a second device for the real engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from app.engine_probe import EngineProbe
from benchmarks.true_shapes.specs import SPECS
from benchmarks.true_shapes.writer import write_header
from runtime.gguf.split_files import read_model
from runtime.placement.model_layout import ModelLayout, model_layout
from tests.placement.rpc_device import rpc_device


@pytest.fixture(scope="session")
def true_path(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Path]:
    """`true_path(name, mix)` is a file with the header of that model and a hole after it."""
    folder = tmp_path_factory.mktemp("true-shapes")

    @cache
    def written(name: str, mix: str) -> Path:
        path = folder / f"{name}-{mix}.gguf"
        write_header(SPECS[name], mix, path)
        return path

    return written


@pytest.fixture(scope="session")
def true_layout(true_path: Callable[[str, str], Path]) -> Callable[[str, str], ModelLayout]:
    """`true_layout(name, mix)` is the layout of that model's whole file."""
    return cache(lambda name, mix: model_layout(read_model(true_path(name, mix))))


@pytest.fixture(scope="session")
def features() -> frozenset[str]:
    """What the installed engine says of this processor."""
    described = EngineProbe().facts().described
    assert described is not None
    return frozenset(described.features)


@pytest.fixture(scope="package")
def device(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a device for one process at a time."""
    with rpc_device(tmp_path_factory.mktemp("device") / "device.log") as endpoint:
        yield endpoint


@pytest.fixture(scope="package")
def device_for_dry_runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Another one, since the first answers nobody else while a worker holds it."""
    with rpc_device(tmp_path_factory.mktemp("dry-device") / "device.log") as endpoint:
        yield endpoint
