"""Language and what is kept for old chats, chosen in Settings."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.settings import Settings
from tests.ui import states
from tests.ui.hands import look
from tests.ui.recording_commands import RecordingCommands
from ui.number_field import NumberField
from ui.settings_page import SettingsPage
from ui.theme import Theme

STORED: Settings = states.state().settings


@pytest.fixture
def page(theme: Theme, commands: RecordingCommands, qtbot: QtBot) -> SettingsPage:
    page = SettingsPage(theme, commands, states.PRICES, environment={})
    qtbot.addWidget(page)
    page.resize(1000, 900)
    page.show()
    page.show_state(states.state())
    look()
    return page


def write(qtbot: QtBot, field: NumberField, text: str) -> None:
    field.field.selectAll()
    qtbot.keyClicks(field.field, text)
    qtbot.keyClick(field.field, Qt.Key.Key_Return)


def test_the_language_is_saved_by_its_code(
    page: SettingsPage, commands: RecordingCommands, qtbot: QtBot
) -> None:
    language = page.look.language
    assert [language.itemText(n) for n in range(language.count())] == [
        *("As your desktop", "English", "Deutsch", "简体中文")
    ]
    qtbot.keyClick(language, Qt.Key.Key_Down)
    qtbot.keyClick(language, Qt.Key.Key_Down)
    assert [settings.language for settings in commands.settings] == ["en", "de"]
    page.show_state(states.state(settings=replace(STORED, language="zh_CN")))
    assert language.currentText() == "简体中文"
    page.show_state(states.state(settings=replace(STORED, language="of a later version")))
    assert language.currentText() == "As your desktop"


def test_space_for_old_chats_is_written_in_gib(
    page: SettingsPage, commands: RecordingCommands, qtbot: QtBot
) -> None:
    assert page.answers.kept.field.text() == "4"
    write(qtbot, page.answers.kept, "1.5")
    write(qtbot, page.answers.kept, "0")
    assert [settings.kv_budget_bytes for settings in commands.settings] == [3 << 29, 0]
