"""The slider and the handle in the strip, by mouse, keyboard and screen reader."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible
from pytestqt.qtbot import QtBot

from tests.ui import plan_states
from tests.ui.hands import look
from ui.band_chart import axis
from ui.plan_layers import layer_map
from ui.plan_strip import PlanStrip
from ui.slider import Slider
from ui.theme import Theme


@pytest.fixture
def slider(theme: Theme, qtbot: QtBot) -> Slider:
    slider = Slider(theme, "Expert layers on CPU", filled=False)
    qtbot.addWidget(slider)
    slider.resize(274, 20)
    slider.show_value(23, 0, 48)
    slider.show()
    return slider


def test_what_is_shown_is_not_told(slider: Slider, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(slider.chosen):
        slider.show_value(30, 0, 48)
    assert slider.value() == 30


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (Qt.Key.Key_Left, 22),
        (Qt.Key.Key_Up, 24),
        (Qt.Key.Key_PageUp, 31),
        (Qt.Key.Key_PageDown, 15),
        (Qt.Key.Key_Home, 0),
        (Qt.Key.Key_End, 48),
    ],
)
def test_keys_move_it(slider: Slider, qtbot: QtBot, key: Qt.Key, value: int) -> None:
    with qtbot.waitSignal(slider.chosen) as told:
        qtbot.keyClick(slider, key)
    assert told.args == [value]


def test_dragging_goes_to_the_nearest_value_and_stays_under_the_pointer(
    slider: Slider, qtbot: QtBot
) -> None:
    told: list[int] = []
    slider.chosen.connect(told.append)
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(round(slider.x_of(10)), 10))
    qtbot.mouseMove(slider, QPoint(round(slider.x_of(12)), 10))
    slider.show_value(10, 0, 48)  # An answer to the first step comes late.
    assert slider.value() == 12
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton)
    slider.show_value(12, 0, 48)
    assert told == [10, 12]


def test_places_need_not_be_even(slider: Slider) -> None:
    slider.show_value(0, 0, 2)
    slider.show_places((0.0, 0.9, 1.0), (0, 1, 2))
    assert slider.x_of(1) > 200


def test_a_screen_reader_hears_its_name_and_value(slider: Slider) -> None:
    heard = QAccessible.queryAccessibleInterface(slider)
    assert heard.role() == QAccessible.Role.Slider
    assert heard.text(QAccessible.Text.Name) == "Expert layers on CPU"
    assert heard.text(QAccessible.Text.Value) == "23"


@pytest.fixture
def strip(theme: Theme, qtbot: QtBot) -> PlanStrip:
    strip = PlanStrip(theme)
    qtbot.addWidget(strip)
    strip.resize(1110, 160)
    view = plan_states.view()
    assert view.layout is not None
    assert view.plan is not None
    strip.show_map(layer_map(view.layout, view.plan), ("GPU",), movable=True, count=24)
    strip.show()
    look()
    return strip


def test_the_handle_is_dragged_along_the_strip(strip: PlanStrip, qtbot: QtBot) -> None:
    told: list[int] = []
    strip.chosen.connect(told.append)
    handle = strip.handle
    target = strip.cell_box("routed_experts", 30).left() - 1
    qtbot.mousePress(handle, Qt.MouseButton.LeftButton)
    qtbot.mouseMove(handle, handle.mapFrom(strip, QPointF(target, 8)).toPoint())
    qtbot.mouseRelease(handle, Qt.MouseButton.LeftButton)
    assert told == [30]
    assert abs(handle.geometry().center().x() - target) <= 1


def test_its_line_can_be_dragged_too(strip: PlanStrip, qtbot: QtBot) -> None:
    told: list[int] = []
    strip.chosen.connect(told.append)
    line = QPoint(strip.handle.geometry().center().x(), 100)
    qtbot.mousePress(strip, Qt.MouseButton.LeftButton, pos=line)
    qtbot.mouseMove(strip, QPoint(round(strip.cell_box("kv_cache", 20).left()), 100))
    qtbot.mouseRelease(strip, Qt.MouseButton.LeftButton)
    assert told == [20]


@pytest.mark.parametrize("n_layer", [12, 48, 94])
def test_every_layer_has_its_cell_inside_the_strip(
    theme: Theme, qtbot: QtBot, n_layer: int
) -> None:
    strip = PlanStrip(theme)
    qtbot.addWidget(strip)
    strip.resize(700, 160)
    name = "qwen3-235b-a22b" if n_layer > 48 else "qwen3-30b-a3b"
    view = plan_states.view(name, n_layer=n_layer)
    assert view.layout is not None
    assert view.plan is not None
    found = layer_map(view.layout, view.plan)
    strip.show_map(found, ("GPU",), movable=True, count=found.homes.in_ram)
    strip.show()
    look()
    boxes = [strip.cell_box("routed_experts", layer) for layer in range(n_layer)]
    assert boxes[-1].right() <= strip.width()
    assert all(left.right() < right.left() for left, right in pairwise(boxes))
    assert strip.handle.geometry().right() <= strip.width()


@pytest.mark.parametrize(
    ("low", "high", "measured", "ends"),
    [
        (37, 45, 42.2, (30, 50)),
        (290, 390, None, (200, 500)),
        (37, 45, 60.0, (20, 80)),
        (0.21, 0.27, None, (0.15, 0.3)),
    ],
)
def test_an_axis_is_round_and_shows_all(
    low: float, high: float, measured: float | None, ends: tuple[float, float]
) -> None:
    assert axis(low, high, measured) == pytest.approx(ends)
