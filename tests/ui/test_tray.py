"""The notification-area icon: when it is there, what it says, how seldom it changes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QSystemTrayIcon
from pytestqt.qtbot import QtBot

from tests.ui import states
from tests.ui.recording_commands import RecordingCommands
from tests.ui.windows import new_window
from ui.theme import Theme
from ui.tray import SIZES_PX, Tray, digits, tip, tray_icon
from ui.window import MainWindow

# The offscreen platform has no tray, and does not raise windows.
pytestmark = pytest.mark.qt_log_ignore(
    "systemTrayWindowChanged", "does not support raise", extend=True
)


@pytest.fixture
def icons(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was drawn on each new icon."""
    drawn: list[str] = []

    def record(theme: Theme, text: str) -> QIcon:
        drawn.append(text)
        return tray_icon(theme, text)

    monkeypatch.setattr("ui.tray.tray_icon", record)
    return drawn


@pytest.fixture
def window(qtbot: QtBot, theme: Theme, commands: RecordingCommands) -> MainWindow:
    window = new_window(theme, commands)
    qtbot.addWidget(window)
    window.show_state(states.state())
    return window


@pytest.fixture
def new_tray(
    qtbot: QtBot, theme: Theme, commands: RecordingCommands, window: MainWindow
) -> Callable[[], Tray]:
    def make() -> Tray:
        tray = Tray(theme, window, commands, lambda: True)
        window.show()
        qtbot.waitUntil(lambda: tray.icon is not None)
        return tray

    return make


def test_nothing_is_made_before_the_window_is_drawn(
    qtbot: QtBot, theme: Theme, commands: RecordingCommands, window: MainWindow
) -> None:
    tray = Tray(theme, window, commands, lambda: True)
    tray.show_state(states.state())
    assert tray.icon is None
    window.show()
    qtbot.waitUntil(lambda: tray.icon is not None)
    assert tray.icon is not None
    assert tray.icon.toolTip() == f"Coterie: {states.STARTER.name}"


def test_nothing_where_the_desktop_has_no_place(
    qtbot: QtBot, theme: Theme, commands: RecordingCommands, window: MainWindow
) -> None:
    asked: list[bool] = []

    def nowhere() -> bool:
        asked.append(True)
        return False

    tray = Tray(theme, window, commands, nowhere)
    window.show()
    qtbot.waitUntil(lambda: bool(asked))
    tray.show_state(states.state(answer=states.running()))
    assert tray.icon is None


def test_the_speed_while_answering_and_the_model_after(
    new_tray: Callable[[], Tray],
) -> None:
    tray = new_tray()
    tray.show_state(states.state())
    idle = tray.icon.icon().cacheKey()
    tray.show_state(states.state(answer=states.running(tokens_per_s=41.84)))
    assert tray.icon.toolTip() == f"Coterie: {states.STARTER.name}, 41.8 tok/s"
    assert tray.icon.icon().cacheKey() != idle
    assert tray.stop.isEnabled()
    tray.show_state(states.state())
    assert tray.icon.toolTip() == f"Coterie: {states.STARTER.name}"
    assert not tray.stop.isEnabled()


def test_it_changes_once_a_second_at_most(
    qtbot: QtBot, new_tray: Callable[[], Tray], icons: list[str]
) -> None:
    tray = new_tray()
    tray.show_state(states.state(answer=states.running(tokens_per_s=40.0)))
    before = len(icons)
    for speed in range(41, 61):
        tray.show_state(states.state(answer=states.running(tokens_per_s=float(speed))))
    assert icons[before:] == []
    assert "40.0 tok/s" in tray.icon.toolTip()
    qtbot.waitUntil(lambda: "60.0 tok/s" in tray.icon.toolTip(), timeout=3000)
    assert icons[before:] == ["60"]


def test_it_rests_when_nothing_changes(
    qtbot: QtBot, new_tray: Callable[[], Tray], icons: list[str]
) -> None:
    tray = new_tray()
    state = states.state(answer=states.running(tokens_per_s=40.0))
    tray.show_state(state)
    qtbot.waitUntil(lambda: not tray._pace.isActive(), timeout=3000)
    before = len(icons)
    for _ in range(5):
        tray.show_state(state)
    assert icons[before:] == []
    assert not tray._pace.isActive()


def test_its_menu(new_tray: Callable[[], Tray], commands: RecordingCommands) -> None:
    tray = new_tray()
    tray.show_state(states.state(answer=states.running()))
    show, stop, _, leave = tray.icon.contextMenu().actions()
    assert [show.text(), stop.text(), leave.text()] == ["Show window", "Stop answer", "Quit"]
    stop.trigger()
    assert commands.calls[-1] == ("stop",)


def test_a_click_brings_the_window(new_tray: Callable[[], Tray], window: MainWindow) -> None:
    tray = new_tray()
    window.showMinimized()
    tray.icon.activated.emit(QSystemTrayIcon.ActivationReason.Trigger)
    assert not window.isMinimized()
    assert window.isVisible()


def test_quit_closes_the_window(
    qtbot: QtBot, new_tray: Callable[[], Tray], window: MainWindow
) -> None:
    tray = new_tray()
    with qtbot.waitSignal(window.closing):
        tray.icon.contextMenu().actions()[-1].trigger()


@pytest.mark.parametrize(
    ("speed", "text"),
    [
        (None, ""),
        (0.42, "0.4"),
        (5.7, "5.7"),
        (9.96, "10"),
        (41.8, "42"),
        (331.4, "331"),
        (999.4, "999"),
        (2200.0, "2k"),
    ],
)
def test_digits_are_few(speed: float | None, text: str) -> None:
    assert digits(states.state(answer=states.running(tokens_per_s=speed))) == text


def test_tips_without_model_or_speed() -> None:
    assert tip(None) == "Coterie"
    assert tip(states.state(model=None)) == "Coterie"
    reading = states.state(answer=states.running(phase="prompt", tokens_per_s=None))
    assert tip(reading) == f"Coterie: {states.STARTER.name} is reading the prompt"


@pytest.mark.parametrize("text", ["", "5.7", "42", "331", "2k"])
def test_pictures_of_both_sizes_stay_inside(theme: Theme, text: str) -> None:
    icon = tray_icon(theme, text)
    for size in SIZES_PX:
        image = icon.pixmap(size, size).toImage()
        assert (image.width(), image.height()) == (size, size)
        inks = {image.pixelColor(x, size // 2).name() for x in range(size)}
        assert len(inks) > 1
