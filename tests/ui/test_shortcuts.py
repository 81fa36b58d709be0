"""The window by its shortcuts, the sheet of them, and its size."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from msgspec.structs import replace as replace_settings
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.session_state import Conversation, Folder, SessionState
from app.settings import Settings
from tests.ui import states
from tests.ui.hands import click, look
from tests.ui.recording_commands import RecordingCommands
from tests.ui.recording_list import ChosenListFiles
from tests.ui.windows import new_window
from ui.design_tokens import DesignTokens
from ui.labels import Label
from ui.settings_page import SettingsPage
from ui.shortcut_sheet import ShortcutSheet
from ui.shortcut_table import SHORTCUTS, Shortcut, deed_of, groups, key_text, of_place
from ui.theme import Theme
from ui.window import MainWindow
from ui.zoom import STEPS, stepped, zoomed

TALK = states.talk(states.user(1, "A"), states.answer(2, "B"))


class Session(RecordingCommands):
    """Takes up what is changed in the settings, as the session does."""

    window: MainWindow
    state: SessionState = TALK

    def change_settings(self, settings: Settings) -> None:
        super().change_settings(settings)
        self.state = replace(self.state, settings=settings)
        self.window.show_state(self.state)


@pytest.fixture
def commands(qtbot: QtBot) -> Session:
    return Session()


@pytest.fixture
def window(theme: Theme, commands: Session, qtbot: QtBot) -> MainWindow:
    window = new_window(theme, commands)
    commands.window = window
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show_state(TALK)
    window.show()
    window.activateWindow()
    look()
    return window


def press(window: QWidget, keys: str) -> None:
    """As the keyboard does: to what has the focus, by way of the shortcuts."""
    pressed = QKeySequence(keys)[0]
    target = window.focusWidget() or window
    QTest.keyClick(target, pressed.key(), pressed.keyboardModifiers())
    look()


def focus_of(window: MainWindow) -> QWidget | None:
    look()
    return window.focusWidget()


def sheet_of(window: MainWindow) -> ShortcutSheet | None:
    found = window.findChild(ShortcutSheet)
    return found if isinstance(found, ShortcutSheet) else None


def test_the_window_has_exactly_the_shortcuts_of_the_table(window: MainWindow) -> None:
    made = [
        (one.objectName(), one.key().toString())
        for one in window.desk.findChildren(
            QShortcut, options=Qt.FindChildOption.FindDirectChildrenOnly
        )
    ]
    wanted = [
        (one.deed, QKeySequence(keys).toString()) for one in of_place("window") for keys in one.keys
    ]
    assert sorted(made) == sorted(wanted)


def test_no_key_means_two_things_in_one_place() -> None:
    for places in (("window", "list"), ("window", "own")):
        keys = [
            QKeySequence(keys).toString()
            for one in SHORTCUTS
            for keys in one.keys
            if one.where in places
        ]
        assert [key for key, count in Counter(keys).items() if count > 1] == []


def test_every_key_of_the_table_is_one() -> None:
    for one in SHORTCUTS:
        for keys in one.keys:
            assert QKeySequence(keys)[0].key() != Qt.Key.Key_unknown, one


def test_the_keypad_counts_as_the_keys_it_stands_for() -> None:
    keypad = Qt.KeyboardModifier.KeypadModifier
    event = QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_Enter, keypad)
    assert deed_of(event, "list") == "open"
    other = QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier)
    assert deed_of(other, "list") == ""


@pytest.mark.parametrize(
    ("keys", "calls"),
    [
        ("Ctrl+N", [("new_chat",)]),
        ("Ctrl+PgDown", [("open_chat", 2)]),
        ("Ctrl+PgUp", []),
        ("Ctrl+Shift+P", [("pin_chat", 1, True)]),
        ("Ctrl+Shift+E", [("export_chats", "/tmp/x.md", "markdown", 1)]),
        ("Ctrl+Shift+Backspace", [("delete_chat", 1)]),
        ("Ctrl+R", [("regenerate", 2)]),
    ],
)
def test_a_key_asks_the_session(
    window: MainWindow,
    commands: Session,
    keys: str,
    calls: list[object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(window.desk.chats.list.deeds, "_files", ChosenListFiles("/tmp/x.md"))
    press(window, keys)
    assert commands.calls == calls


@pytest.mark.parametrize("keys", ["Ctrl+Shift+P", "Ctrl+Shift+E", "Ctrl+R", "Ctrl+Shift+R"])
def test_without_an_open_chat_there_is_nothing_to_do(
    window: MainWindow, commands: Session, keys: str
) -> None:
    window.show_state(states.state(conversations=states.chats()))
    press(window, keys)
    assert commands.calls == []


def test_an_answer_is_not_begun_again_while_one_is_written(
    window: MainWindow, commands: Session
) -> None:
    window.show_state(replace(TALK, answer=states.running("B")))
    press(window, "Ctrl+R")
    assert commands.calls == []


def test_the_pages_have_their_numbers(window: MainWindow) -> None:
    desk = window.desk
    for keys, name in (("Ctrl+2", "models"), ("Ctrl+,", "settings"), ("Ctrl+1", "chats")):
        press(window, keys)
        assert desk.rail.items[name].isChecked()
    for number, (name, item) in enumerate(desk.rail.items.items(), 1):
        one = next(one for one in SHORTCUTS if one.deed == name)
        assert ("Ctrl+," if name == "settings" else f"Ctrl+{number}") in one.keys
        assert item.text() == one.words


def test_ctrl_k_goes_to_the_search_from_wherever_one_is(window: MainWindow) -> None:
    window.desk.chats.chat.focus_composer()
    press(window, "Ctrl+K")
    assert window.desk.chats.list.search.hasFocus()
    press(window, "Ctrl+L")
    assert not window.desk.chats.list.search.hasFocus()
    press(window, "Ctrl+,")
    press(window, "Ctrl+K")
    assert window.desk.stack.currentWidget() is window.desk.chats
    assert window.desk.chats.list.search.hasFocus()


def test_the_open_chat_is_renamed_in_the_list(window: MainWindow) -> None:
    press(window, "Ctrl+Shift+R")
    focused = focus_of(window)
    assert focused is not None
    assert focused.accessibleName() == "New title"


def test_keys_that_controls_have_by_themselves_do_what_the_sheet_says(
    window: MainWindow, commands: Session, qtbot: QtBot
) -> None:
    deeds = {one.deed: one.keys[0] for one in of_place("own")}
    window.desk.chats.chat.focus_composer()
    field = focus_of(window)
    assert field is not None
    qtbot.keyClicks(field, "Hello")
    press(window, deeds.pop("line"))
    qtbot.keyClicks(field, "there")
    press(window, deeds.pop("send"))
    assert ("send", "Hello\nthere") in commands.calls
    window.show_state(replace(TALK, answer=states.running("B")))
    press(window, deeds.pop("stop"))
    assert commands.calls[-1] == ("stop",)
    assert deeds == {}


def test_during_the_first_run_only_size_sheet_and_quit_have_keys(
    window: MainWindow, commands: Session
) -> None:
    window.show_state(states.state(first_run=True, checks=states.CHECKS))
    for keys in ("Ctrl+N", "Ctrl+2", "Ctrl+K"):
        press(window, keys)
    assert commands.calls == []
    press(window, "F1")
    assert sheet_of(window) is not None
    press(window, "Ctrl+Q")
    assert window.isHidden()


@pytest.mark.parametrize("keys", ["F1", "Ctrl+/"])
def test_the_sheet_opens_and_closes_and_gives_the_keyboard_back(
    window: MainWindow, keys: str
) -> None:
    window.desk.chats.list.search.setFocus()
    press(window, keys)
    sheet = sheet_of(window)
    assert sheet is not None
    assert sheet.hasFocus()
    press(window, "Esc")
    assert sheet_of(window) is None
    assert window.desk.chats.list.search.hasFocus()
    press(window, keys)
    press(window, keys)
    assert sheet_of(window) is None


def test_the_sheet_shows_the_whole_table(window: MainWindow, qtbot: QtBot) -> None:
    window.desk.show_shortcuts()
    sheet = sheet_of(window)
    assert sheet is not None
    shown = [label.full_text() for label in sheet.findChildren(Label)]
    for name, held in groups():
        assert name in shown
        for one in held:
            assert one.words in shown
            assert key_text(one) in shown
            assert f"{one.words}, {key_text(one)}" in sheet.accessibleDescription()
    click(qtbot, sheet.leave)
    look()
    assert sheet_of(window) is None


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (900, 700), (760, 560)])
@pytest.mark.parametrize("zoom", [0.75, 1.0, 1.5])
def test_the_sheet_lies_inside_the_window_and_shows_all_its_width(
    window: MainWindow, commands: Session, width: int, height: int, zoom: float
) -> None:
    window.resize(width, height)
    commands.change_settings(replace_settings(TALK.settings, zoom=zoom))
    window.desk.show_shortcuts()
    look()
    sheet = sheet_of(window)
    assert sheet is not None
    assert window.rect().contains(sheet.geometry())
    for label in sheet.findChildren(Label):
        assert label.width() >= label.sizeHint().width(), label.text()
        right = label.mapTo(sheet, label.rect().topRight()).x()
        assert right <= sheet.width(), label.text()
    bar = sheet._area.verticalScrollBar()
    press(window, "Down")
    assert (bar.value() > 0) == (bar.maximum() > 0)


def test_keys_are_written_as_people_know_them() -> None:
    def text(*keys: str) -> str:
        return key_text(Shortcut("own", "x", keys, "", ""))

    assert text("Return", "Enter", "Space") == "Enter or Space"
    assert text("Ctrl+Shift+Return") == "Ctrl+Shift+Enter"
    assert text("Ctrl++") == "Ctrl++"


# The size


def test_the_sizes_have_ends() -> None:
    assert stepped(1.0, 1) == 1.1
    assert stepped(1.0, -1) == 0.9
    assert stepped(STEPS[-1], 1) == STEPS[-1]
    assert stepped(STEPS[0], -1) == STEPS[0]
    assert stepped(1.03, 1) == 1.1  # Written into the settings by hand.
    assert stepped(3.0, -1) == 2.0


def test_a_larger_design_has_larger_type_and_measures_and_the_same_lines(
    tokens: DesignTokens,
) -> None:
    large = zoomed(tokens, 1.5)
    assert large.sizes["row.conversation"] == 45
    assert large.sizes["stroke.hairline"] == tokens.sizes["stroke.hairline"]
    assert large.type_roles["ui"].size == 19.5
    assert large.type_roles["ui"].line == 30
    assert large.palettes is tokens.palettes
    assert zoomed(tokens, 1.0) == tokens


def test_keys_make_the_window_larger_smaller_and_usual_again(
    window: MainWindow, commands: Session
) -> None:
    def row_px() -> int:
        view = window.desk.chats.list.view
        return view.visualRect(window.desk.chats.list.rows.index(1)).height()

    for keys, zoom, px in (
        ("Ctrl++", 1.1, 33),
        ("Ctrl+=", 1.25, 38),
        ("Ctrl+-", 1.1, 33),
        ("Ctrl+0", 1.0, 30),
        ("Ctrl+-", 0.9, 27),
    ):
        press(window, keys)
        assert commands.settings[-1].zoom == zoom
        assert row_px() == px
    assert window.desk.chats.list.view.currentIndex().isValid()
    asked = len(commands.settings)
    press(window, "Ctrl+0")
    press(window, "Ctrl+0")
    assert len(commands.settings) == asked + 1


def test_another_size_leaves_one_set_of_shortcuts_and_one_ring(
    window: MainWindow, commands: Session
) -> None:
    press(window, "Ctrl++")
    press(window, "Ctrl++")
    made = window.desk.findChildren(QShortcut, options=Qt.FindChildOption.FindDirectChildrenOnly)
    assert len(made) == sum(len(one.keys) for one in of_place("window"))
    press(window, "Ctrl+N")
    assert commands.calls[-1] == ("new_chat",)
    window.desk.rail.items["chats"].setFocus(Qt.FocusReason.TabFocusReason)
    assert window.desk.ring.isVisible()


def test_another_size_keeps_page_keyboard_and_draft(window: MainWindow, commands: Session) -> None:
    draft = Conversation(1, "A", TALK.conversation.messages, draft="Half a thought")
    commands.state = replace(TALK, conversation=draft)
    window.show_state(commands.state)
    window.desk.chats.chat.focus_composer()
    press(window, "Ctrl++")
    composer = window.desk.chats.chat.composer
    assert composer.isAncestorOf(focus_of(window))
    assert composer.field.toPlainText() == "Half a thought"
    press(window, "Ctrl+,")
    large = window.desk.stack.currentWidget()
    assert isinstance(large, SettingsPage)
    large_px = large.look.theme_choice.height()
    press(window, "Ctrl+0")
    usual = window.desk.stack.currentWidget()
    assert isinstance(usual, SettingsPage)
    assert usual.look.theme_choice.height() < large_px, "the page is made anew in its size"
    assert window.desk.rail.items["settings"].isChecked()
    press(window, "Ctrl+1")
    assert window.desk.stack.currentWidget() is window.desk.chats


def test_pages_that_were_made_in_another_size_go_on_being_drawn(
    window: MainWindow, commands: Session, theme: Theme
) -> None:
    press(window, "Ctrl++")
    press(window, "Ctrl+,")
    press(window, "Ctrl++")
    press(window, "Ctrl+0")
    look()
    assert not window.grab().isNull()
    theme.choose("dark" if theme.name == "light" else "light")
    assert not window.grab().isNull()
    assert window.desk.rail.items["settings"].isChecked()


def test_another_size_puts_the_sheet_away(window: MainWindow) -> None:
    press(window, "F1")
    press(window, "Ctrl++")
    assert sheet_of(window) is None


def test_another_size_keeps_what_was_done_in_the_list(
    window: MainWindow, commands: Session, qtbot: QtBot
) -> None:
    commands.state = replace(TALK, folders=(Folder(7, "Work"),), deleted=states.chats()[1])
    window.show_state(commands.state)
    chats = window.desk.chats.list
    assert chats.undo_bar.isVisible()
    chats.undo_bar.put_away()
    chats.view.setCurrentIndex(chats.rows.index_of(("folder", 7)))
    qtbot.keyClick(chats.view, Qt.Key.Key_Right)
    chats.search.setFocus()
    qtbot.keyClicks(chats.search, "moe")
    press(window, "Ctrl++")
    large = window.desk.chats.list
    assert large is not chats
    assert large.rows.row(large.rows.index_of(("folder", 7))).unfolded
    assert large.search.text() == "moe"
    assert large.search.hasFocus()
    assert large.undo_bar.isHidden()


def test_the_palette_is_the_same_in_every_size(
    window: MainWindow, commands: Session, theme: Theme
) -> None:
    press(window, "Ctrl++")
    large = window.desk._theme
    assert large is not theme
    assert large.name == theme.name
    theme.choose("dark" if theme.name == "light" else "light")
    assert large.name == theme.name


def test_a_window_that_begins_large_is_large(theme: Theme, commands: Session, qtbot: QtBot) -> None:
    window = new_window(theme, commands)
    commands.window = window
    qtbot.addWidget(window)
    window.show_state(replace(TALK, settings=replace_settings(TALK.settings, zoom=2.0)))
    window.show()
    look()
    assert window.desk.chats.list.view.sizeHintForRow(0) == 60
