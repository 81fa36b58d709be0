"""The Plan page in the window: how it opens and closes, by keyboard and for screen readers."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.ui import plan_states, states
from tests.ui.hands import click, look
from tests.ui.recording_commands import RecordingCommands
from tests.ui.recording_plan_commands import RecordingPlanCommands
from ui.desk import Desk
from ui.models_page import ModelsPage
from ui.theme import Theme
from ui.window import MainWindow

MODEL = plan_states.view().model


@pytest.fixture
def plan_commands() -> RecordingPlanCommands:
    return RecordingPlanCommands()


@pytest.fixture
def desk(
    theme: Theme, commands: RecordingCommands, plan_commands: RecordingPlanCommands, qtbot: QtBot
) -> Desk:
    window = MainWindow()
    qtbot.addWidget(window)
    desk = Desk(theme, window, commands, states.PRICES, plan_commands=plan_commands)
    window.setCentralWidget(desk)
    window.resize(1280, 800)
    desk.show_state(states.state(models=(states.STARTER, MODEL)))
    window.show()
    window.activateWindow()
    look()
    return desk


def models_page(desk: Desk) -> ModelsPage:
    page = desk.stack.currentWidget()
    assert isinstance(page, ModelsPage)
    return page


def test_a_row_of_the_models_page_opens_its_plan(
    desk: Desk, plan_commands: RecordingPlanCommands, qtbot: QtBot
) -> None:
    desk.show_page("models")
    look()
    plan = models_page(desk).table.rows[MODEL.id].plan
    assert plan.accessibleName() == f"Plan: {MODEL.name}"
    click(qtbot, plan)
    assert plan_commands.calls == [("open_plan", MODEL.id)]


def test_without_plan_commands_no_row_offers_a_plan(
    theme: Theme, commands: RecordingCommands, qtbot: QtBot
) -> None:
    page = ModelsPage(theme, commands)
    qtbot.addWidget(page)
    page.resize(1200, 800)
    page.show_state(states.state())
    page.show()
    look()
    assert not page.table.rows[states.STARTER.id].plan.isVisible()


def test_the_plan_takes_the_place_of_the_list_until_it_is_closed(desk: Desk) -> None:
    desk.show_page("models")
    desk.show_plan(plan_states.reading())
    assert desk.stack.currentWidget() is desk.plan
    assert desk.rail.items["models"].isChecked()
    desk.show_page("chats")
    desk.show_plan(plan_states.view())
    assert desk.stack.currentWidget() is desk.chats
    desk.show_page("models")
    assert desk.stack.currentWidget() is desk.plan
    desk.show_plan(None)
    look()
    row = models_page(desk).table.rows[MODEL.id]
    assert desk.window().focusWidget() is row.plan


def test_the_models_entry_leads_back_to_the_list(
    desk: Desk, plan_commands: RecordingPlanCommands
) -> None:
    desk.show_plan(plan_states.view())
    desk.show_page("models")
    assert plan_commands.calls == [("close_plan",)]


def test_closing_a_plan_in_the_background_changes_nothing_in_front(desk: Desk) -> None:
    desk.show_plan(plan_states.view())
    desk.show_page("chats")
    desk.show_plan(None)
    assert desk.stack.currentWidget() is desk.chats


def takes_tab(widget: QWidget) -> bool:
    policy = widget.focusPolicy()
    return widget.isVisible() and widget.isEnabled() and bool(policy & Qt.FocusPolicy.TabFocus)


def tab_stops(desk: Desk) -> list[QWidget]:
    stops: list[QWidget] = []
    window = desk.window()
    for _ in range(100):
        QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_Tab)
        stop = window.focusWidget()
        assert stop is not None
        if stop in stops:
            return stops
        stops.append(stop)
    raise AssertionError("Tab never comes round")


@pytest.mark.parametrize("name", ["fits", "short", "tuning", "cpu", "failed", "reading"])
def test_tab_reaches_every_control_and_each_has_a_name(desk: Desk, name: str) -> None:
    desk.show_plan(plan_states.VIEWS[name]())
    look()
    assert desk.plan is not None
    wanted = {widget for widget in desk.plan.findChildren(QWidget) if takes_tab(widget)}
    assert wanted - set(tab_stops(desk)) == set()
    assert [repr(widget) for widget in wanted if not widget.accessibleName()] == []


def test_tab_goes_from_the_top_to_the_bottom(desk: Desk) -> None:
    desk.show_plan(plan_states.short())
    look()
    page = desk.plan
    assert page is not None
    stops = [stop for stop in tab_stops(desk) if page.isAncestorOf(stop)]
    start = stops.index(page.header.back)
    stops = stops[start:] + stops[:start]
    places = (page.header, page.verdict, page.strip, page.adjust, page.memory, page.tune)
    areas = [next(n for n, p in enumerate(places) if p.isAncestorOf(stop)) for stop in stops]
    assert areas == sorted(areas)


def test_charts_have_a_name_and_a_table_in_words(desk: Desk) -> None:
    desk.show_plan(plan_states.tuned())
    page = desk.plan
    assert page is not None
    for chart in (
        page.strip.strip,
        page.memory.table,
        page.memory.devices[0].bar,
        page.tune.table,
        page.verdict.decode.chart,
    ):
        assert chart.accessibleName()
        assert chart.accessibleDescription()
    assert "Layers 0 to 22" in page.strip.strip.accessibleDescription()
    assert "24, KV q8_0, 8 threads, 58.9" in page.tune.table.accessibleDescription()


def test_the_ring_is_around_the_handle(desk: Desk) -> None:
    desk.show_plan(plan_states.view())
    look()
    assert desk.plan is not None
    handle = desk.plan.strip.strip.handle
    handle.setFocus(Qt.FocusReason.TabFocusReason)
    look()
    assert desk.ring.isVisible()
    assert desk.ring.target is handle
