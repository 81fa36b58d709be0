"""`rig`: the dashboard's logic on a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.dashboard.desk_rig import DeskRig


@pytest.fixture
def rig(tmp_path: Path, qtbot: QtBot) -> Iterator[DeskRig]:
    rig = DeskRig(tmp_path, qtbot)
    yield rig
    rig.close()
