"""`rig`: a session with a scripted engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from tests.session.rig import Rig, build


@pytest.fixture
def new_rig(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[..., Rig]]:
    """`new_rig(**how)` builds and starts a session; it is closed after the test."""
    built: list[Rig] = []

    def make(**how: Any) -> Rig:
        built.append(build(qtbot, tmp_path, **how))
        built[-1].session.start()
        return built[-1]

    yield make
    for rig in built:
        rig.session.close()


@pytest.fixture
def rig(new_rig: Callable[..., Rig]) -> Rig:
    rig = new_rig()
    rig.ready()
    return rig
