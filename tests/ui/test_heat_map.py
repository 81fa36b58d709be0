"""The heat map's axes: where it stands, and which layers and experts are named."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.dashboard.expert_shares import heat
from tests.ui import performance_states
from tests.ui.hands import look
from ui.heat_colours import heat_colours
from ui.heat_map import Axes, HeatMap
from ui.theme import Theme


@pytest.fixture
def heat_map(theme: Theme, qtbot: QtBot) -> HeatMap:
    widget = HeatMap(theme)
    qtbot.addWidget(widget)
    widget.resize(684, 324)
    widget.show()
    look()
    return widget


def test_names_of_places_move_the_map_aside(heat_map: HeatMap) -> None:
    use = performance_states.expert_use()
    drawn = heat(use, "use")
    heat_map.show_heat(drawn, Axes(use.layers), "")
    before = heat_map.map_box().left()
    places = ((0, 22, "in RAM"), (23, 47, "on the GPU"))
    heat_map.show_heat(drawn, Axes(use.layers, places=places), "")
    look()
    assert heat_map.map_box().left() == 92 > before
    assert heat_map.map_box().right() == heat_map.width()


def test_a_picture_without_rows_is_nothing_to_look_at(heat_map: HeatMap, qtbot: QtBot) -> None:
    use = performance_states.expert_use(layers=0)
    heat_map.show_heat(heat(use, "use"), Axes(), "")
    qtbot.keyClick(heat_map, Qt.Key.Key_Down)
    assert heat_map.at is None


def test_keys_stay_on_the_map(heat_map: HeatMap, qtbot: QtBot) -> None:
    use = performance_states.expert_use(layers=5, n_experts=8, n_used=2)
    heat_map.show_heat(heat(use, "number"), Axes(use.layers, "number"), "")
    for key in (Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_End, Qt.Key.Key_Right):
        qtbot.keyClick(heat_map, key)
    assert heat_map.at == (4, 7)
    few = performance_states.expert_use(layers=2, n_experts=4, n_used=2)
    heat_map.show_heat(heat(few, "number"), Axes(few.layers, "number"), "")
    assert heat_map.at is None


def test_colours_run_from_the_first_stop_to_the_last(theme: Theme) -> None:
    ends = {"light": ("#f3f1ec", "#5a3408"), "dark": ("#232427", "#fce3ba")}[theme.name]
    colours = heat_colours(theme.name)
    assert (colours[0].name(), colours[-1].name()) == ends
    assert len({colour.name() for colour in colours}) == len(colours)
