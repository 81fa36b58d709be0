"""What is set for one chat: the sheet, and presets with their files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace as with_fields
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget
from pytestqt.qtbot import QtBot

from app.chat_settings import ChatSettings
from app.session_state import Conversation, SessionState
from runtime.protocol.messages import Reasoning, ReasoningSupport
from tests.ui import states
from tests.ui.chat_settings_samples import FRIENDLY, GUARD, OWN, loaded
from tests.ui.hands import click, look
from tests.ui.recording_chat import ChosenChatFiles, RecordingChat
from ui import chat_settings_words as words
from ui.chat_settings_sheet import ChatSettingsSheet
from ui.composer import OWN_SETTINGS, SETTINGS, Composer
from ui.theme import Theme


@pytest.fixture
def chat(qtbot: QtBot) -> RecordingChat:
    return RecordingChat()


@pytest.fixture
def files() -> ChosenChatFiles:
    return ChosenChatFiles()


@pytest.fixture
def open_sheet(
    theme: Theme, chat: RecordingChat, files: ChosenChatFiles, qtbot: QtBot
) -> Iterator[Callable[..., ChatSettingsSheet]]:
    """`open_sheet(state)` opens it from a composer that shows the state."""

    windows: list[QWidget] = []

    def make(state: SessionState | None = None) -> ChatSettingsSheet:
        window = QWidget()
        windows.append(window)
        qtbot.addWidget(window)
        window.resize(900, 700)
        composer = Composer(theme, chat, files)
        composer.setParent(window)
        composer.setGeometry(0, 500, 500, 200)
        window.show()
        window.activateWindow()
        chat.state, chat.show = state or loaded(), composer.show_state
        composer.show_state(chat.state)
        click(qtbot, composer.settings)
        assert composer.sheet is not None
        look()
        return composer.sheet

    yield make
    windows.clear()


def write(qtbot: QtBot, row: QWidget, text: str) -> None:
    field = row.field  # type: ignore[attr-defined]
    field.setFocus()
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    field.insert(text)  # QTest types only Latin letters.
    field.setModified(True)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def test_the_sheet_opens_at_the_right_and_closes_by_esc_button_and_opener(
    open_sheet: Callable[..., ChatSettingsSheet], qtbot: QtBot
) -> None:
    sheet = open_sheet()
    page = sheet.parentWidget()
    assert page is not None
    assert sheet.geometry().right() == page.rect().right()
    assert sheet.prompt.prompt.text.hasFocus()
    (composer,) = page.findChildren(Composer)
    page.resize(700, 500)
    look()
    assert sheet.geometry().right() == page.rect().right()
    qtbot.keyClick(sheet.prompt.prompt.text, Qt.Key.Key_Escape)
    assert composer.sheet is None
    assert composer.settings.hasFocus()
    for close in (lambda sheet: sheet.shut, lambda _sheet: composer.settings):
        click(qtbot, composer.settings)
        assert composer.sheet is not None
        click(qtbot, close(composer.sheet))
        assert composer.sheet is None
    look()
    assert page.findChildren(ChatSettingsSheet) == []


def test_the_system_prompt_is_kept_when_typing_pauses_and_when_it_is_left(
    open_sheet: Callable[..., ChatSettingsSheet], chat: RecordingChat, qtbot: QtBot
) -> None:
    sheet = open_sheet()
    qtbot.keyClicks(sheet.prompt.prompt.text, "Be brief.")
    assert chat.chat.system_prompt == ""
    qtbot.waitUntil(lambda: chat.chat.system_prompt == "Be brief.")
    qtbot.keyClicks(sheet.prompt.prompt.text, " Yes")
    sheet.shut.setFocus()
    assert chat.chat.system_prompt == "Be brief. Yes"
    qtbot.keyClicks(sheet.prompt.prompt.text, "!")
    sheet.close()
    assert chat.chat.system_prompt == "Be brief. Yes!"


def test_numbers_show_the_models_own_and_keep_a_persons(
    open_sheet: Callable[..., ChatSettingsSheet], chat: RecordingChat, qtbot: QtBot
) -> None:
    sheet = open_sheet()
    temperature = sheet.sampling.numbers["temperature"]
    assert (temperature.field.text(), temperature.field.placeholderText()) == ("", "0.6")
    assert sheet.sampling.numbers["seed"].field.placeholderText() == "random"
    assert sheet.end.most.field.placeholderText() == "no limit"
    assert not sheet.sampling.back.isVisible()
    write(qtbot, temperature, "1,5")
    assert chat.chat.sampling == with_fields(OWN, temperature=1.5)
    assert temperature.field.text() == "1.5"
    write(qtbot, sheet.sampling.numbers["presence_penalty"], "\N{MINUS SIGN}1")
    assert chat.chat.sampling == with_fields(OWN, temperature=1.5, presence_penalty=-1.0)
    assert temperature.own.full_text() == "own: 0.6"
    seed = sheet.sampling.numbers["seed"]
    write(qtbot, seed, "4294967294")
    assert seed.field.text() == "4294967294", "a name of a draw, not an amount"
    write(qtbot, seed, "")
    write(qtbot, temperature, "")
    assert temperature.own.full_text() == ""
    assert chat.chat.sampling == with_fields(OWN, presence_penalty=-1.0)
    sheet.area.ensureWidgetVisible(sheet.sampling.back)
    click(qtbot, sheet.sampling.back)
    assert chat.chat == ChatSettings()
    assert not sheet.sampling.back.isVisible()
    assert sheet.sampling.numbers["presence_penalty"].field.text() == ""


@pytest.mark.parametrize(
    ("field", "text", "error"),
    [
        ("temperature", "6", "Write a number from 0 to 5."),
        ("top_k", "2.5", "Write a whole number."),
        ("top_p", "much", "Write a number from 0 to 1."),
        ("repeat_penalty", "0", "Write a number from 0.5 to 2."),
        ("presence_penalty", "-3", "Write a number from -2 to 2."),
        ("seed", "4294967295", "Write a number from 0 to 4,294,967,294."),
    ],
)
def test_a_number_out_of_bounds_is_refused_at_its_field(
    open_sheet: Callable[..., ChatSettingsSheet],
    chat: RecordingChat,
    qtbot: QtBot,
    field: str,
    text: str,
    error: str,
) -> None:
    sheet = open_sheet()
    row = sheet.sampling.numbers[field]
    write(qtbot, row, text)
    assert row.error.full_text() == error
    assert row.error.isVisible()
    assert row.field.accessibleDescription() == error
    assert chat.calls == []
    qtbot.keyClick(row.field, Qt.Key.Key_Escape)
    assert row.field.text() == ""
    assert not row.error.isVisible()
    assert sheet.isVisible(), "Esc gave up the number, not the sheet"


def test_max_tokens_and_stop_strings(
    open_sheet: Callable[..., ChatSettingsSheet], chat: RecordingChat, qtbot: QtBot
) -> None:
    sheet = open_sheet()
    write(qtbot, sheet.end.most, "400")
    assert chat.chat.max_tokens == 400
    write(qtbot, sheet.end.most, "")
    assert chat.chat.max_tokens == 0
    stops = sheet.end.stops.text
    stops.setFocus()
    qtbot.keyClicks(stops, "END")
    qtbot.keyClick(stops, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: chat.chat.sampling == with_fields(OWN, stop=("END",)))
    assert stops.toPlainText() == "END\n", "the line that was begun stays"
    qtbot.keyClicks(stops, "###")
    sheet.shut.setFocus()
    assert chat.chat.sampling == with_fields(OWN, stop=("END", "###"))


def test_output_by_a_schema_counts_once_it_is_one(
    open_sheet: Callable[..., ChatSettingsSheet], chat: RecordingChat, qtbot: QtBot
) -> None:
    sheet = open_sheet()
    output = sheet.output
    sheet.area.ensureWidgetVisible(output)
    assert not output.text.isVisible()
    click(qtbot, output.kinds.segments["json"])
    assert chat.chat.sampling == with_fields(OWN, json_schema=words.ANY_JSON)
    assert not output.text.isVisible()
    click(qtbot, output.kinds.segments["schema"])
    assert output.text.isVisible()
    assert "until it is written" in output.line.full_text()
    output.text.text.setFocus()
    qtbot.keyClicks(output.text.text, '{"type":')
    sheet.shut.setFocus()
    assert "not JSON" in output.text.error.full_text()
    assert chat.chat.sampling == with_fields(OWN, json_schema=words.ANY_JSON)
    output.text.text.setFocus()
    qtbot.keyClicks(output.text.text, '"array"}')
    sheet.shut.setFocus()
    assert output.text.error.full_text() == ""
    assert chat.chat.sampling == with_fields(OWN, json_schema='{"type":"array"}')
    assert "until it is written" not in output.line.full_text()
    click(qtbot, output.kinds.segments["free"])
    assert chat.chat.sampling is None


@pytest.mark.parametrize("support", ["none", "always", "switch", "effort"])
def test_thinking_is_shown_as_far_as_the_model_can_be_told(
    open_sheet: Callable[..., ChatSettingsSheet], support: ReasoningSupport
) -> None:
    sheet = open_sheet(loaded(support))
    assert sheet.reasoning.isVisible() is (support != "none")
    for kind, segments in sheet.reasoning.kinds.items():
        assert segments.isVisible() is (kind == support)


def test_effort_is_chosen(
    open_sheet: Callable[..., ChatSettingsSheet], chat: RecordingChat, qtbot: QtBot
) -> None:
    sheet = open_sheet(loaded("effort"))
    click(qtbot, sheet.reasoning.kinds["effort"].segments["high"])
    assert chat.chat.reasoning == Reasoning(effort="high")


def test_safety_is_turned_on_and_a_guard_chosen_where_there_is_one(
    open_sheet: Callable[..., ChatSettingsSheet], chat: RecordingChat, qtbot: QtBot
) -> None:
    sheet = open_sheet(loaded(models=(states.STARTER, GUARD)))
    sheet.area.ensureWidgetVisible(sheet.safety)
    assert not sheet.safety.switch.isChecked(), "off is the person's to leave"
    click(qtbot, sheet.safety.switch)
    assert chat.chat.safety
    assert sheet.safety.guard_part.isVisible()
    sheet.safety.guard.activated.emit(1)
    assert chat.chat.guard_model_id == GUARD.id
    assert sheet.safety.guard.currentText() == GUARD.name
    chat.put(models=(states.STARTER,))
    assert not sheet.safety.guard_part.isVisible()


def test_the_models_licence_and_page(open_sheet: Callable[..., ChatSettingsSheet]) -> None:
    model = replace(states.OLMOE, licence="apache-2.0", repo="allenai/OLMoE-GGUF")
    sheet = open_sheet(loaded(model=model))
    assert sheet.papers.licence.full_text().endswith("stands under the licence apache-2.0.")
    assert sheet.papers.address.full_text() == "https://huggingface.co/allenai/OLMoE-GGUF"
    assert "page" in sheet.papers.data.full_text()


def test_another_chat_brings_its_own_settings_and_drops_what_was_half_typed(
    open_sheet: Callable[..., ChatSettingsSheet], chat: RecordingChat, qtbot: QtBot
) -> None:
    sheet = open_sheet()
    qtbot.keyClicks(sheet.sampling.numbers["top_k"].field, "99")
    qtbot.keyClicks(sheet.prompt.prompt.text, "Half a sen")
    other = Conversation(2, "Other", settings=ChatSettings(system_prompt="Other prompt"))
    chat.put(conversation=other)
    assert sheet.prompt.prompt.text.toPlainText() == "Other prompt"
    assert sheet.sampling.numbers["top_k"].field.text() == ""
    sheet.close()
    assert chat.chat == other.settings
    assert all(call[0] != "change_chat" for call in chat.calls)


def test_the_opener_says_that_something_is_set(
    theme: Theme, chat: RecordingChat, qtbot: QtBot
) -> None:
    composer = Composer(theme, chat)
    qtbot.addWidget(composer)
    composer.show_state(loaded())
    assert composer.settings.accessibleName() == SETTINGS
    composer.show_state(loaded(conversation=Conversation(1, settings=ChatSettings(safety=True))))
    assert composer.settings.accessibleName() == OWN_SETTINGS


def test_everything_in_the_sheet_has_a_name_and_tab_reaches_it(
    open_sheet: Callable[..., ChatSettingsSheet], qtbot: QtBot
) -> None:
    model = replace(states.OLMOE, licence="mit", repo="a/b")
    sheet = open_sheet(loaded("switch", models=(model, GUARD), model=model))
    takers = [
        widget
        for widget in sheet.findChildren(QWidget)
        if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    assert len(takers) > 15
    assert [repr(widget) for widget in takers if not widget.accessibleName()] == []
    seen: set[QWidget] = set()
    for _ in range(60):
        focused = sheet.window().focusWidget()
        assert focused is not None
        seen.add(focused)
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert [repr(widget) for widget in takers if widget not in seen] == []


# Presets in the sheet


def entry(menu: QMenu, text: str) -> None:
    next(action for action in menu.actions() if action.text().startswith(text)).trigger()


def test_a_preset_is_saved_changed_chosen_and_deleted(
    open_sheet: Callable[..., ChatSettingsSheet], chat: RecordingChat, qtbot: QtBot
) -> None:
    sheet = open_sheet(loaded(presets=(FRIENDLY,)))
    row = sheet.prompt.presets
    row.select.activated.emit(1)
    assert chat.chat == FRIENDLY.settings
    assert row.select.currentText() == "Friendly"
    chat.change_chat(with_fields(chat.chat, safety=True))
    assert row.select.currentText() == "Friendly (changed)"
    entry(row.menu(), "Save as preset")
    assert row.question.name.text() == "Friendly 2"
    write_name(qtbot, row.question.name, " ")
    assert row.question.line.full_text() == "Write a name."
    write_name(qtbot, row.question.name, "Careful")
    assert ("save_preset", "Careful") in chat.calls
    assert row.select.currentText() == "Careful"
    assert not row.question.isVisible()
    entry(row.menu(), "Delete Careful")
    assert row.question.line.full_text().startswith("Delete the preset Careful?")
    click(qtbot, row.question.no)
    assert ("delete_preset", "Careful") not in chat.calls
    entry(row.menu(), "Delete Careful")
    click(qtbot, row.question.yes)
    assert ("delete_preset", "Careful") in chat.calls
    assert row.select.currentText() == "None"
    assert chat.chat.safety, "the chat keeps its settings"


def write_name(qtbot: QtBot, field: QWidget, name: str) -> None:
    field.setFocus()
    field.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(field, name)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def test_a_preset_is_shared_as_a_file(
    open_sheet: Callable[..., ChatSettingsSheet],
    chat: RecordingChat,
    files: ChosenChatFiles,
    tmp_path: Path,
) -> None:
    sheet = open_sheet(
        loaded(
            presets=(FRIENDLY,),
            conversation=Conversation(
                1, settings=with_fields(FRIENDLY.settings, guard_model_id=GUARD.id)
            ),
        )
    )
    row = sheet.prompt.presets
    entry(row.menu(), "Export")
    assert files.offered_name == "Friendly.coterie-preset.json"
    assert chat.calls == [], "given up"
    path = tmp_path / "friendly.json"
    files.to_write = files.to_read = str(path)
    entry(row.menu(), "Export")
    assert row.line.full_text() == f"Exported to {path}. The system prompt is in it."
    assert GUARD.id not in path.read_text()
    entry(row.menu(), "Import")
    assert row.line.full_text() == "Friendly 2 is imported, and this chat uses it."
    assert ("save_preset", "Friendly 2") in chat.calls
    assert chat.chat.system_prompt == "Be kind."
    assert chat.chat.guard_model_id == GUARD.id, "this computer's own choice"
    path.write_bytes(msgspec.json.encode({"name": 7}))
    before = len(chat.calls)
    entry(row.menu(), "Import")
    assert row.line.full_text().startswith("The preset could not be used: friendly.json")
    assert len(chat.calls) == before
