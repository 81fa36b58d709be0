"""Files and long texts on their way into a message, and what is said before it is sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.session_state import Attachment
from app.settings import Settings
from runtime.errors import Problem
from tests.session.rig import Rig, build, local_model, real_engine
from tests.ui import states
from tests.ui.hands import click, look
from tests.ui.recording_chat import ChosenChatFiles, RecordingChat
from ui.attachment_room import Room, guessed_tokens, note_for, room_for
from ui.attachment_words import COUNTING, chips, file_size, pasted_name
from ui.composer import Composer
from ui.context_meter import meter_text, meter_tip
from ui.theme import Theme

NOTES = Attachment("notes.md", "markdown", "Some notes", 10, tokens=1240)
CODE = Attachment("planner.py", "code", "x = 1\n" * 40, 240)
LARGE = Attachment("report.pdf", "pdf", "word " * 30_000, 150_000, tokens=41_984)
BROKEN = Attachment(
    "scan.pdf",
    "pdf",
    "",
    90_000,
    problem=Problem("no_text", "No text in it", "The pages are pictures", "Read it with OCR."),
)
LONG = "A long pasted line. " * 200
LARGER_CONTEXT = (
    "report.pdf is too large: 41k tokens, 12k are free. Remove it, or load the model with a larger"
    " context."
)
OLDEST_TURNS = (
    "This message has about 1000 tokens, and 192 are free. Once it is sent you choose: go on"
    " without the oldest turns, or start a new chat."
)
TOO_LONG = (
    "This message has about 9.8k tokens, the whole context 8k. Shorten it, or load the model with a"
    " larger context."
)


@pytest.fixture
def chat(qtbot: QtBot) -> RecordingChat:
    return RecordingChat()


@pytest.fixture
def files() -> ChosenChatFiles:
    return ChosenChatFiles()


@pytest.fixture
def composer(theme: Theme, chat: RecordingChat, files: ChosenChatFiles, qtbot: QtBot) -> Composer:
    composer = Composer(theme, chat, files)
    qtbot.addWidget(composer)
    composer.resize(700, 200)
    composer.show()
    composer.show_state(states.state())
    look()
    return composer


def paste(composer: Composer, mime: QMimeData) -> None:
    QApplication.clipboard().setMimeData(mime)
    composer.field.paste()


def text_of(text: str) -> QMimeData:
    mime = QMimeData()
    mime.setText(text)
    return mime


def files_of(*urls: str) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl(url) for url in urls])
    return mime


# Words


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("   ", 0), ("abc", 1), ("abcd", 1), ("abcde", 2), ("a" * 400, 100)],
)
def test_a_draft_is_guessed_at_four_characters_a_token(text: str, tokens: int) -> None:
    assert guessed_tokens(text) == tokens


@pytest.mark.parametrize(
    ("room", "text"),
    [
        (Room(), ""),
        (Room(used=3174, n_ctx=8192), "3.1k / 8k"),
        (Room(used=3174, draft=100, n_ctx=8192, is_guess=True), "about 3.2k / 8k"),
        (Room(used=1000, attached=2000, n_ctx=8192), "2.9k / 8k"),
        (Room(used=7900, n_ctx=8192), "7.7k / 8k, nearly full"),
        (Room(used=8192, n_ctx=8192), "8k / 8k, nearly full"),
        (Room(used=7000, draft=400, n_ctx=8192, is_guess=True), "about 7.2k / 8k, nearly full"),
        (Room(used=7000, attached=1192, n_ctx=8192), "8k / 8k, does not fit"),
        (Room(attached=41_984, n_ctx=16_384), "41k / 16k, does not fit"),
    ],
)
def test_the_meter_counts_what_is_about_to_be_sent(room: Room, text: str) -> None:
    assert meter_text(room) == text


def test_the_meter_says_where_the_tokens_are_and_what_will_happen() -> None:
    tip = meter_tip(Room(used=1204, draft=30, attached=1240, n_ctx=8192, is_guess=True))
    assert tip.startswith("1,204 of 8,192 tokens of context in use.")
    assert "What you write has about 30 tokens. The attached files have 1,240 tokens." in tip
    assert tip.endswith("Nothing is left out before you do.")


@pytest.mark.parametrize(
    ("attachments", "changes", "draft", "text", "refuses"),
    [
        ((), {}, "Hello", "", False),
        ((NOTES,), {}, "Hello", "", False),
        ((NOTES, LARGE), {"engine": states.EngineState()}, "", "", False),
        (
            (NOTES, BROKEN),
            {},
            "",
            "scan.pdf can't be sent. Remove it to send the rest.",
            True,
        ),
        (
            (LARGE,),
            {"engine": states.engine(n_ctx=16_384), "context_used": 4096},
            "",
            LARGER_CONTEXT,
            True,
        ),
        (
            (LARGE,),
            {"engine": states.engine(n_ctx=65_536), "context_used": 60_000},
            "",
            "report.pdf is too large: 41k tokens, 5.4k are free. Remove it, or start a new chat.",
            True,
        ),
        (
            (NOTES, replace(NOTES, name="more.md", tokens=7000)),
            {},
            "",
            "more.md is too large: 7,000 tokens, 6,952 are free. Remove it, or start a new chat.",
            True,
        ),
        (
            (replace(LARGE, tokens=None),),
            {},
            "",
            "The tokens of report.pdf are being counted.",
            True,
        ),
        ((CODE,), {}, "", "", False),
        (
            (),
            {"context_used": 8000},
            "a" * 4000,
            OLDEST_TURNS,
            False,
        ),
        (
            (),
            {},
            "a" * 40_000,
            TOO_LONG,
            False,
        ),
    ],
)
def test_what_does_not_fit_is_said_before_it_is_sent(
    attachments: tuple[Attachment, ...],
    changes: dict[str, object],
    draft: str,
    text: str,
    refuses: bool,
) -> None:
    note = note_for(states.state(attachments=attachments, **changes), draft)
    assert (note.text, note.refuses) == (text, refuses)


def test_files_that_are_not_counted_yet_weigh_what_they_seem_to() -> None:
    room = room_for(states.state(attachments=(CODE, NOTES, BROKEN), context_used=500), "abcd")
    assert (room.used, room.draft, room.attached) == (500, 1, 60 + 1240)
    assert room.is_guess
    assert not room_for(states.state(attachments=(NOTES,)), "").is_guess


@pytest.mark.parametrize(
    ("attachment", "changes", "tokens", "is_problem"),
    [
        (NOTES, {}, "1,240 tokens", False),
        (CODE, {}, "counting", False),
        (CODE, {"engine": states.engine(phase="loading", n_ctx=0)}, "about 60 tokens", False),
        (BROKEN, {}, "No text in it", True),
        (
            LARGE,
            {"engine": states.engine(n_ctx=16_384), "context_used": 4096},
            "Too large: 41k tokens, 12k are free",
            True,
        ),
        (LARGE, {"engine": states.EngineState()}, "41,984 tokens", False),
    ],
)
def test_a_chip_says_how_much_its_file_takes(
    attachment: Attachment, changes: dict[str, object], tokens: str, is_problem: bool
) -> None:
    (chip,) = chips(states.state(attachments=(attachment,), **changes))
    assert (chip.name, chip.tokens, chip.is_problem) == (attachment.name, tokens, is_problem)
    assert attachment.name in chip.tip or attachment.problem is not None


@pytest.mark.parametrize(
    ("size", "text"),
    [(1, "1 byte"), (812, "812 bytes"), (14_336, "14 KiB"), (2_516_582, "2.4 MiB")],
)
def test_the_size_of_a_document(size: int, text: str) -> None:
    assert file_size(size) == text


def test_pasted_text_gets_a_name_of_its_own() -> None:
    assert pasted_name([]) == "Pasted text.txt"
    assert pasted_name(["Pasted text.txt", "Pasted text 2.txt"]) == "Pasted text 3.txt"


# In the composer


def test_the_paperclip_attaches_what_is_chosen(
    composer: Composer, chat: RecordingChat, files: ChosenChatFiles, qtbot: QtBot
) -> None:
    click(qtbot, composer.attach)
    assert chat.calls == [], "given up"
    files.files = ("/a.txt", "/b.pdf")
    click(qtbot, composer.attach)
    assert chat.calls == [("attach", ("/a.txt", "/b.pdf"))]


def test_files_are_dropped_on_the_composer(composer: Composer, chat: RecordingChat) -> None:
    mime = files_of("file:///a.txt", "file:///b.txt", "https://example.org/c.txt")
    action, button = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(20, 20), action, mime, button, none)
    QApplication.sendEvent(composer, enter)
    assert enter.isAccepted()
    assert composer.veil is not None
    assert composer.veil.isVisible()
    assert composer.veil.words == "Let go to attach these 2 files"
    drop = QDropEvent(QPointF(20, 20), action, mime, button, none)
    QApplication.sendEvent(composer, drop)
    assert not composer.veil.isVisible()
    assert chat.calls == [("attach", ("/a.txt", "/b.txt"))]


def test_files_dragged_over_the_field_are_the_composers_and_words_its_own(
    composer: Composer,
) -> None:
    action, button = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    for mime, is_file in ((files_of("file:///a.txt"), True), (text_of("words"), False)):
        enter = QDragEnterEvent(QPoint(5, 5), action, mime, button, none)
        QApplication.sendEvent(composer.field.viewport(), enter)
        assert enter.isAccepted()
        assert composer.veil is not None
        assert composer.veil.isVisible() is is_file
        QApplication.sendEvent(composer, QDragLeaveEvent())
        assert not composer.veil.isVisible()


def test_pasted_files_are_attached_and_pasted_links_are_text(
    composer: Composer, chat: RecordingChat
) -> None:
    paste(composer, files_of("file:///home/ada/notes.md"))
    assert chat.calls == [("attach", ("/home/ada/notes.md",))]
    assert composer.field.toPlainText() == ""
    link = files_of("https://example.org/")
    link.setText("https://example.org/")
    paste(composer, link)
    assert composer.field.toPlainText() == "https://example.org/"
    assert len(chat.calls) == 1


def test_a_long_paste_can_become_a_file(
    composer: Composer, chat: RecordingChat, qtbot: QtBot
) -> None:
    qtbot.keyClicks(composer.field, "Look at this: ")
    paste(composer, text_of(LONG))
    qtbot.keyClicks(composer.field, " What is it?")
    assert composer.field.toPlainText() == f"Look at this: {LONG} What is it?"
    assert composer.offer.line.full_text() == "The text you pasted has about 1,000 tokens."
    click(qtbot, composer.offer.attach)
    assert chat.calls == [("attach_text", "Pasted text.txt", LONG)]
    assert composer.field.toPlainText() == "Look at this:  What is it?"
    assert not composer.offer.isVisible()


def test_a_long_paste_can_stay_text(composer: Composer, chat: RecordingChat, qtbot: QtBot) -> None:
    one_line = composer.field.height()
    paste(composer, text_of(LONG))
    assert composer.field.height() > 5 * one_line, "as high as the text wraps, at once"
    click(qtbot, composer.offer.keep)
    assert not composer.offer.isVisible()
    assert composer.field.toPlainText() == LONG
    assert chat.calls == []


def test_the_offer_goes_with_its_text(composer: Composer, qtbot: QtBot) -> None:
    paste(composer, text_of(LONG))
    assert composer.offer.isVisible()
    composer.field.selectAll()
    qtbot.keyClick(composer.field, Qt.Key.Key_Delete)
    assert not composer.offer.isVisible()
    paste(composer, text_of("short"))
    assert not composer.offer.isVisible()


def test_chips_show_files_and_take_them_out(
    composer: Composer, chat: RecordingChat, qtbot: QtBot
) -> None:
    composer.show_state(states.state(attachments=(NOTES, BROKEN, CODE)))
    look()
    first, second, third = composer.chips.chips
    assert first.accessibleName() == "notes.md, 1,240 tokens"
    assert second.remove.accessibleName() == "Remove scan.pdf"
    assert third.tokens.full_text() == "counting"
    click(qtbot, second.remove)
    assert chat.calls == [("detach", 1)]
    composer.show_state(states.state(attachments=(NOTES,)))
    look()
    assert [chip.isVisible() for chip in composer.chips.chips] == [True]
    composer.show_state(states.state())
    assert not composer.chips.isVisible()


def test_many_chips_wrap_inside_three_rows(composer: Composer) -> None:
    composer.resize(420, 400)
    many = tuple(replace(NOTES, name=f"a rather long name of a file {n}.md") for n in range(12))
    composer.show_state(states.state(attachments=many))
    look()
    boxes = [chip.geometry() for chip in composer.chips.chips]
    assert all(not one.intersects(other) for one in boxes for other in boxes if one is not other)
    room = composer.chips.viewport().width()
    assert all(box.left() >= 0 and box.right() < room for box in boxes)
    assert composer.chips.height() <= 3 * 30 + 2 * 6


def test_what_cannot_fit_is_not_sent_and_the_reason_stands_there(
    composer: Composer, chat: RecordingChat, qtbot: QtBot
) -> None:
    composer.show_state(states.state(attachments=(LARGE,)))
    qtbot.keyClicks(composer.field, "Sum it up")
    qtbot.keyClick(composer.field, Qt.Key.Key_Return)
    assert chat.calls == []
    assert not composer.send_button.isEnabled()
    assert composer.note.isVisible()
    assert "report.pdf is too large" in composer.note.full_text()
    assert composer.meter.text.endswith("does not fit")
    composer.show_state(states.state(attachments=(NOTES,)))
    assert not composer.note.isVisible()
    qtbot.keyClick(composer.field, Qt.Key.Key_Return)
    assert chat.calls == [("send", "Sum it up")]


def test_a_file_is_sent_without_a_word(
    composer: Composer, chat: RecordingChat, qtbot: QtBot
) -> None:
    composer.show_state(states.state(attachments=(NOTES,)))
    click(qtbot, composer.send_button)
    assert chat.calls == [("send", "")]


def test_tab_goes_from_the_field_over_the_files_to_the_tools(
    composer: Composer, qtbot: QtBot
) -> None:
    composer.show_state(states.state(attachments=(NOTES, CODE)))
    composer.activateWindow()
    look()
    composer.field.setFocus()
    stops = []
    for _ in range(5):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        stops.append(QApplication.focusWidget())
    first, second = composer.chips.chips
    assert stops == [
        *(first.remove, second.remove),
        *(composer.attach, composer.settings, composer.pill),
    ]


# With a session, its database and the engine behind it


@pytest.fixture
def rig(qtbot: QtBot, tmp_path: Path, starter_model: Path) -> Iterator[Rig]:
    rig = build(
        qtbot,
        tmp_path,
        new_engine=real_engine(tmp_path),
        models=(local_model(starter_model),),
        settings=Settings(first_run_done=True, n_ctx=1024),
    )
    rig.session.start()
    yield rig
    rig.session.close()


def test_real_files_are_counted_refused_or_sent(
    qapp: QApplication, rig: Rig, files: ChosenChatFiles, tmp_path: Path, qtbot: QtBot
) -> None:
    composer = Composer(Theme("light"), rig.session, files)
    qtbot.addWidget(composer)
    composer.resize(700, 200)
    composer.show()
    rig.session.changed.connect(composer.show_state)
    rig.ready()
    small, large, broken = tmp_path / "small.md", tmp_path / "large.txt", tmp_path / "broken.bin"
    small.write_text("The capital of France is Paris.\n")
    large.write_text("A sentence that goes on and on. " * 400)
    broken.write_bytes(bytes(range(256)) * 8)
    files.files = (str(small), str(large), str(broken))
    click(qtbot, composer.attach)

    def said() -> list[str]:
        return [chip.words.tokens for chip in composer.chips.chips if chip.words]

    qtbot.waitUntil(lambda: len(said()) == 3 and COUNTING not in said(), timeout=20_000)
    assert said()[0] == "8 tokens"
    assert said()[1].startswith("Too large: ")
    assert said()[2] == "This is not text"
    qtbot.keyClicks(composer.field, "Which capital?")
    qtbot.keyClick(composer.field, Qt.Key.Key_Return)
    assert rig.state.conversation.messages == ()
    click(qtbot, composer.chips.chips[2].remove)
    qtbot.waitUntil(lambda: "large.txt is too large" in composer.note.full_text())
    click(qtbot, composer.chips.chips[1].remove)
    qtbot.waitUntil(lambda: composer.note.full_text() == "")
    qtbot.keyClick(composer.field, Qt.Key.Key_Return)
    rig.answered(1)
    sent = rig.store.conversation(rig.state.conversation.id or 0).messages[0]
    assert (sent.text, [one.name for one in sent.attachments]) == ("Which capital?", ["small.md"])
    qtbot.waitUntil(lambda: not composer.chips.isVisible())


def test_settings_of_a_chat_are_kept_with_it(
    qapp: QApplication, rig: Rig, files: ChosenChatFiles, qtbot: QtBot
) -> None:
    composer = Composer(Theme("light"), rig.session, files)
    qtbot.addWidget(composer)
    composer.resize(700, 600)
    composer.show()
    rig.session.changed.connect(composer.show_state)
    rig.ready()
    click(qtbot, composer.settings)
    assert composer.sheet is not None
    qtbot.keyClicks(composer.sheet.prompt.prompt.text, "Answer in one word.")
    composer.sheet.close()
    qtbot.keyClicks(composer.field, "Hello")
    qtbot.keyClick(composer.field, Qt.Key.Key_Return)
    rig.answered(1)
    chat_id = rig.state.conversation.id
    assert chat_id is not None
    rig.session.new_chat()
    assert rig.state.conversation.settings.system_prompt == ""
    rig.session.open_chat(chat_id)
    assert rig.state.conversation.settings.system_prompt == "Answer in one word."
    assert rig.store.conversation(chat_id).settings.system_prompt == "Answer in one word."
