"""The Models page as a whole: its two tabs, the machine they are for, the dock below both."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.discover.state import DownloadsView
from tests.ui import discover_states, states
from tests.ui.hands import click
from tests.ui.recording_commands import RecordingCommands
from tests.ui.recording_discover_commands import (
    RecordingDiscoverCommands,
    RecordingDownloadCommands,
)
from tests.ui.recording_owned_commands import RecordingOwnedCommands
from ui.models_page import ModelsPage
from ui.theme import Theme


@pytest.fixture
def discover() -> RecordingDiscoverCommands:
    return RecordingDiscoverCommands()


@pytest.fixture
def page(
    theme: Theme, commands: RecordingCommands, discover: RecordingDiscoverCommands, qtbot: QtBot
) -> ModelsPage:
    page = ModelsPage(
        *(theme, commands, None),
        *(discover, RecordingDownloadCommands(), RecordingOwnedCommands()),
    )
    qtbot.addWidget(page)
    page.resize(1208, 800)
    page.show_state(states.state())
    page.show()
    return page


def test_opens_with_what_can_be_had_and_asks_for_it(
    page: ModelsPage, discover: RecordingDiscoverCommands
) -> None:
    assert page.stack.currentWidget() is page.discover
    assert ("open_discover",) in discover.calls


def test_the_tabs_and_how_many_are_installed(page: ModelsPage, qtbot: QtBot) -> None:
    segment = page.tabs.segments["installed"]
    assert segment.text() == "Installed  1"
    click(qtbot, segment)
    assert page.stack.currentWidget() is page.installed
    page.show_state(states.state(models=()))
    assert segment.text() == "Installed"
    click(qtbot, page.tabs.segments["discover"])
    assert page.stack.currentWidget() is page.discover


def test_the_machine_that_predictions_are_for(page: ModelsPage) -> None:
    page.show_discover(discover_states.view())
    assert "RAM" in page.machine.full_text()


def test_the_dock_is_there_only_with_downloads_under_both_tabs(page: ModelsPage) -> None:
    assert not page.dock.isVisible()
    page.show_downloads(discover_states.downloads(discover_states.queued(1)))
    assert page.dock.isVisible()
    page.show_tab("installed")
    assert page.dock.isVisible()
    page.show_downloads(DownloadsView())
    assert not page.dock.isVisible()


def test_without_what_is_behind_it_the_models_here_are_all(
    theme: Theme, commands: RecordingCommands, qtbot: QtBot
) -> None:
    page = ModelsPage(theme, commands)
    qtbot.addWidget(page)
    page.show_state(states.state())
    page.show()
    assert page.stack.currentWidget() is page.installed
    assert not page.tabs.isVisible()
    page.show_tab("discover")
    assert page.stack.currentWidget() is page.installed


def test_the_chat_is_one_click_from_the_model_in_use(page: ModelsPage, qtbot: QtBot) -> None:
    page.show_tab("installed")
    button = page.table.button_in_use()
    assert button is not None
    with qtbot.waitSignal(page.chat_wanted):
        click(qtbot, button)
