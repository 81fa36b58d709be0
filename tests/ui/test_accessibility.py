"""The whole window by keyboard and for screen readers."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.session_state import SessionState
from runtime.errors import Problem
from tests.ui import states
from tests.ui.hands import look
from tests.ui.recording_commands import RecordingCommands
from tests.ui.texts import ANSWER
from tests.ui.windows import new_window
from ui.controls import Button
from ui.labels import Label, Paragraph
from ui.rail import PageName
from ui.theme import Theme
from ui.window import MainWindow

NOTICE = Problem("a", "A notice", "It says something", "Do this.")
FAILED = states.answer(4, "", stats=None, status="failed", problem=states.ENGINE_CRASHED)
SCENES: dict[str, tuple[PageName, SessionState]] = {
    "empty": ("chats", states.state()),
    "talk": (
        "chats",
        states.talk(states.user(1, "A"), states.answer(2, ANSWER), notices=(NOTICE,)),
    ),
    "running": ("chats", states.talk(states.user(1, "A"), answer=states.running(ANSWER))),
    "loading": ("chats", states.state(engine=states.engine(phase="loading"))),
    "failed": (
        "chats",
        states.talk(
            states.user(3, "A"),
            FAILED,
            engine=states.EngineState(
                "crashed", problem=states.ENGINE_CRASHED, log_tail=states.LOG_TAIL
            ),
        ),
    ),
    "models": ("models", states.state(models=(states.STARTER, states.OLMOE))),
    "settings": ("settings", states.state()),
    "first run": ("chats", states.state(first_run=True, checks=states.CHECKS)),
}


@pytest.fixture
def window(theme: Theme, commands: RecordingCommands, qtbot: QtBot) -> MainWindow:
    window = new_window(theme, commands)
    qtbot.addWidget(window)
    window.resize(1280, 800)
    return window


def show(window: MainWindow, scene: str) -> None:
    page, state = SCENES[scene]
    window.show_state(state)
    window.show()
    window.activateWindow()
    if not state.first_run:
        window.desk.show_page(page)
    look()


def takes_tab(widget: QWidget) -> bool:
    policy = widget.focusPolicy()
    return widget.isVisible() and widget.isEnabled() and bool(policy & Qt.FocusPolicy.TabFocus)


def tab_stops(window: MainWindow) -> list[QWidget]:
    """Every widget the Tab key reaches, in its order."""
    stops: list[QWidget] = []
    for _ in range(200):
        QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_Tab)
        stop = window.focusWidget()
        assert stop is not None
        if stop in stops:
            return stops
        stops.append(stop)
    raise AssertionError("Tab never comes round")


@pytest.mark.parametrize("scene", SCENES)
def test_every_widget_that_takes_the_keyboard_has_a_name(window: MainWindow, scene: str) -> None:
    show(window, scene)
    takers = [
        widget
        for widget in window.findChildren(QWidget)
        if widget.isVisible() and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
    ]
    assert takers
    assert [repr(widget) for widget in takers if not widget.accessibleName()] == []


@pytest.mark.parametrize("scene", SCENES)
def test_tab_reaches_every_control(window: MainWindow, scene: str) -> None:
    show(window, scene)
    wanted = {widget for widget in window.findChildren(QWidget) if takes_tab(widget)}
    assert {repr(widget) for widget in wanted - set(tab_stops(window))} == set()


def test_tab_goes_from_the_rail_to_the_list_the_chat_and_the_panel(window: MainWindow) -> None:
    show(window, "talk")
    stops = tab_stops(window)
    chats = window.desk.chats
    order = [chats.list, chats.chat, chats.panel]
    first_rail = stops.index(window.desk.rail.items["chats"])
    stops = stops[first_rail:] + stops[:first_rail]

    def area(widget: QWidget) -> int:
        if window.desk.rail.isAncestorOf(widget):
            return 0
        return 1 + next(n for n, place in enumerate(order) if place.isAncestorOf(widget))

    areas = [area(stop) for stop in stops]
    assert areas == sorted(areas)
    assert set(areas) == {0, 1, 2, 3}


def test_the_ring_follows_the_keyboard_and_not_the_mouse(window: MainWindow, qtbot: QtBot) -> None:
    show(window, "empty")
    models = window.desk.rail.items["models"]
    models.setFocus(Qt.FocusReason.TabFocusReason)
    assert window.desk.ring.isVisible()
    assert window.desk.ring.target is models
    button = window.desk.chats.chat.empty.suggestions[0]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not window.desk.ring.isVisible()


@pytest.mark.parametrize("scene", SCENES)
def test_no_label_is_cut_off(window: MainWindow, scene: str) -> None:
    show(window, scene)
    for kind in (Label, Paragraph, Button):
        for widget in window.findChildren(kind):
            if not widget.isVisible():
                continue
            needed = widget.heightForWidth(widget.width()) if kind is Paragraph else 0
            assert widget.height() >= needed, widget
            if kind is Button:
                assert widget.width() >= widget.sizeHint().width(), widget.text()


def test_arrow_keys_turn_the_pages_of_the_rail(window: MainWindow, qtbot: QtBot) -> None:
    show(window, "empty")
    window.desk.rail.items["chats"].setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(window.desk.rail.items["chats"], Qt.Key.Key_Down)
    focused = window.focusWidget()
    assert focused is window.desk.rail.items["models"]
    qtbot.keyClick(focused, Qt.Key.Key_Return)
    assert window.desk.rail.items["models"].isChecked()
    assert window.desk.stack.currentWidget() is not window.desk.chats
