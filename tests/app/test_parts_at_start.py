"""Parts are tried in the background, and never while an answer runs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.engine_parts import PartsView
from app.first_run_state import FirstLook, FirstRunView, LookPhase
from app.parts_at_start import PartsAtStart
from app.paths import Paths
from runtime.engine_parts import VARIABLE, EngineParts, PackPart, told_parts

FOUND = EngineParts(packs=(PackPart("/p/libggml-cuda.so"),))


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    # setenv first: it puts back what was there, whatever the test's own code does meanwhile.
    monkeypatch.setenv(VARIABLE, "")
    monkeypatch.delenv(VARIABLE)


def test_what_passes_is_told_to_the_next_process(qtbot: QtBot, tmp_path: Path) -> None:
    parent = QObject()
    busy = [True, True, False]
    tries: list[int] = []

    def attempt(_paths: Paths) -> PartsView:
        tries.append(len(busy))
        return PartsView(FOUND)

    PartsAtStart(
        *(Paths.beneath(tmp_path), lambda: not busy.pop(0), parent),
        settled_ms=1,
        known=lambda _paths: PartsView(untried=True),
        attempt=attempt,
    )
    assert told_parts() == EngineParts()
    qtbot.waitUntil(lambda: told_parts() == FOUND)
    assert tries == [0]


class Guide:
    """A first-run page whose look is as far as `phase` says."""

    def __init__(self) -> None:
        self.phase: LookPhase = "measuring"
        self.asked = 0

    @property
    def view(self) -> FirstRunView:
        self.asked += 1
        return FirstRunView(FirstLook(phase=self.phase))


def test_nothing_is_tried_while_the_first_run_page_measures(qtbot: QtBot, tmp_path: Path) -> None:
    parent, guide = QObject(), Guide()
    tries: list[LookPhase] = []

    def attempt(_paths: Paths) -> PartsView:
        tries.append(guide.phase)
        return PartsView(FOUND)

    PartsAtStart(
        *(Paths.beneath(tmp_path), lambda: True, parent, guide),
        settled_ms=1,
        known=lambda _paths: PartsView(untried=True),
        attempt=attempt,
    )
    qtbot.waitUntil(lambda: guide.asked > 3 or bool(tries))
    guide.phase = "done"
    qtbot.waitUntil(lambda: told_parts() == FOUND)
    assert tries == ["done"]


def test_what_is_known_is_told_at_once(tmp_path: Path) -> None:
    parent = QObject()
    PartsAtStart(
        *(Paths.beneath(tmp_path), lambda: True, parent),
        settled_ms=0,
        known=lambda _paths: PartsView(FOUND),
        attempt=lambda _paths: pytest.fail("nothing is untried"),
    )
    assert told_parts() == FOUND
    assert VARIABLE in os.environ
