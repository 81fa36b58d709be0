"""A hub, and download processes that are gone after the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.downloads.downloader import Downloader
from tests.hub.fixtures import hub
from tests.hub.hub import Hub

__all__ = ["hub"]


@pytest.fixture
def new_downloader(hub: Hub, tmp_path: Path) -> Iterator[Callable[..., Downloader]]:
    """Starts download processes for this test's models folder and hub."""
    started: list[Downloader] = []

    def start(models_dir: Path | None = None, **chosen: object) -> Downloader:
        downloader = Downloader(
            models_dir or tmp_path / "models",
            tmp_path / f"downloads-{len(started)}.log",
            hub.endpoint,
            **chosen,  # type: ignore[arg-type]
        )
        started.append(downloader)
        return downloader

    yield start
    for downloader in started:
        downloader.kill()


@pytest.fixture
def downloader(new_downloader: Callable[..., Downloader]) -> Downloader:
    return new_downloader()
