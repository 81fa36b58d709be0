"""Searching all chats from the list."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QStyleOptionViewItem
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from app.session_state import SearchHit, SessionState
from tests.ui import states
from tests.ui.hands import look
from tests.ui.recording_commands import RecordingCommands
from tests.ui.test_chat_list import TODAY
from ui.chat_list import ChatList
from ui.chat_search_field import PAUSE_MS
from ui.chat_search_rows import from_near, hit_rows, marked
from ui.theme import Theme


def hit(chat_id: int, message_id: int | None, snippet: str, title: str = "") -> SearchHit:
    return SearchHit(chat_id, title or f"Chat {chat_id}", message_id, snippet, states.NOON_S)


HITS = (
    hit(1, None, "Why \x02MoE\x03 fits", "Why MoE fits"),
    hit(
        1,
        11,
        "A tenth of the \x02MoE\x03 model works on each token, and the rest waits for its turn",
    ),
    hit(2, 21, "\x02MoE\x03"),
    hit(1, 12, "One more \x02MoE\x03"),
)


def found(text: str = "moe", hits: tuple[SearchHit, ...] = HITS) -> SessionState:
    return states.state(conversations=states.chats(), search=text, hits=hits)


@pytest.fixture
def commands(qtbot: QtBot) -> RecordingCommands:
    return RecordingCommands()


@pytest.fixture
def chats(theme: Theme, commands: RecordingCommands, qtbot: QtBot) -> ChatList:
    chats = ChatList(theme, commands, lambda: TODAY)
    qtbot.addWidget(chats)
    chats.resize(236, 600)
    chats.show_state(states.state(conversations=states.chats()))
    chats.show()
    chats.activateWindow()
    chats.search.setFocus()
    look()
    return chats


def searched(commands: RecordingCommands) -> list[object]:
    return [call[1] for call in commands.calls if call[0] == "search_chats"]


def search(chats: ChatList, qtbot: QtBot, text: str = "moe") -> None:
    qtbot.keyClicks(chats.search, text)
    chats.show_state(found(text))
    look()


def test_the_session_is_asked_once_after_a_pause_in_typing(
    chats: ChatList, commands: RecordingCommands, qtbot: QtBot
) -> None:
    qtbot.keyClicks(chats.search, "moe ")
    assert searched(commands) == []
    qtbot.waitUntil(lambda: searched(commands) == ["moe"], timeout=PAUSE_MS * 20)
    qtbot.keyClicks(chats.search, " ")
    qtbot.keyClick(chats.search, Qt.Key.Key_Return)
    assert searched(commands) == ["moe"]


def test_enter_does_not_wait_for_the_pause(
    chats: ChatList, commands: RecordingCommands, qtbot: QtBot
) -> None:
    qtbot.keyClicks(chats.search, "moe")
    qtbot.keyClick(chats.search, Qt.Key.Key_Return)
    assert searched(commands) == ["moe"]


def test_enter_opens_what_is_found_for_these_words_and_not_what_was_found_before(
    chats: ChatList, commands: RecordingCommands, qtbot: QtBot
) -> None:
    search(chats, qtbot, "mo")
    qtbot.keyClicks(chats.search, "e")
    qtbot.keyClick(chats.search, Qt.Key.Key_Return)
    assert searched(commands)[-1] == "moe"
    assert commands.calls[-1][0] == "search_chats"
    chats.show_state(found("moe", HITS[2:]))
    look()
    assert commands.calls[-1] == ("open_hit", HITS[2])
    chats.show_state(found("moe", HITS))
    look()
    assert commands.calls[-1] == ("open_hit", HITS[2])


def test_what_was_found_takes_the_place_of_the_list_until_esc(
    chats: ChatList, commands: RecordingCommands, qtbot: QtBot
) -> None:
    qtbot.keyClicks(chats.search, "moe")
    assert chats.view.isVisible()  # Nothing jumps before there is an answer.
    chats.search.ask()
    chats.show_state(found())
    assert chats.hits.isVisible()
    assert chats.view.isHidden()
    qtbot.keyClick(chats.search, Qt.Key.Key_Escape)
    assert searched(commands)[-1] == ""
    assert chats.view.isVisible()
    assert chats.hits.isHidden()


def test_nothing_found_says_so(chats: ChatList, qtbot: QtBot) -> None:
    qtbot.keyClicks(chats.search, "zzz")
    chats.show_state(found("zzz", ()))
    assert chats.nothing.isVisible()
    assert chats.nothing.full_text() == "Nothing found for \u201czzz\u201d."
    assert chats.view.isHidden()
    assert chats.hits.isHidden()


def test_the_arrows_go_from_the_field_into_what_was_found_and_back(
    chats: ChatList, commands: RecordingCommands, qtbot: QtBot
) -> None:
    search(chats, qtbot)
    qtbot.keyClick(chats.search, Qt.Key.Key_Down)
    assert chats.hits.hasFocus()
    assert chats.hits.currentIndex().row() == 0
    qtbot.keyClick(chats.hits, Qt.Key.Key_Down)
    qtbot.keyClick(chats.hits, Qt.Key.Key_Return)
    assert commands.calls[-1] == ("open_hit", HITS[1])
    qtbot.keyClick(chats.hits, Qt.Key.Key_Up)
    qtbot.keyClick(chats.hits, Qt.Key.Key_Up)
    assert chats.search.hasFocus()
    qtbot.keyClick(chats.search, Qt.Key.Key_Up)
    qtbot.keyClick(chats.hits, Qt.Key.Key_Return)
    assert commands.calls[-1] == ("open_hit", HITS[2])
    qtbot.keyClick(chats.hits, Qt.Key.Key_Escape)
    assert chats.search.hasFocus()
    assert chats.search.text() == ""


def test_down_goes_into_the_list_while_nothing_is_searched(chats: ChatList, qtbot: QtBot) -> None:
    qtbot.keyClick(chats.search, Qt.Key.Key_Down)
    assert chats.view.hasFocus()
    assert chats.view.currentIndex() == chats.rows.index_of(("chat", 1))


def test_enter_opens_the_first_hit_and_a_click_the_one_under_it(
    chats: ChatList, commands: RecordingCommands, qtbot: QtBot
) -> None:
    search(chats, qtbot)
    qtbot.keyClick(chats.search, Qt.Key.Key_Return)
    assert commands.calls[-1] == ("open_hit", HITS[0])
    look()
    place = chats.hits.visualRect(chats.hits.stops()[2]).center()
    qtbot.mouseClick(chats.hits.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert commands.calls[-1] == ("open_hit", HITS[3])


def test_a_heading_among_the_hits_leads_nowhere(
    chats: ChatList, commands: RecordingCommands, qtbot: QtBot
) -> None:
    search(chats, qtbot)
    heading = chats.hits.rows.index(3)
    assert heading.data() == "Chat 2"
    asked = len(commands.calls)
    place = chats.hits.visualRect(heading).center()
    qtbot.mouseClick(chats.hits.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert len(commands.calls) == asked


def test_hits_stand_under_their_chats() -> None:
    rows = hit_rows(HITS)
    assert [(row.kind, row.text[:12], row.hit is None) for row in rows] == [
        ("title", "Why MoE fits", False),
        ("place", "A tenth of t", False),
        ("place", "One more MoE", False),
        ("title", "Chat 2", True),
        ("place", "MoE", False),
    ]
    assert rows[0].marks == ((4, 7),)


@pytest.mark.parametrize(
    ("snippet", "text", "marks"),
    [
        ("a \x02b\x03 c", "a b c", ((2, 3),)),
        ("\x02a\x03\x02b\x03", "ab", ((0, 1), (1, 2))),
        ("a\n\n  \x02b\x03\t ", "a b", ((2, 3),)),
        ("\x02\x03a", "a", ()),
        ("a\x03b\x02c", "abc", ()),
        ("", "", ()),
        ("\x02\u05e9\u05dc\u05d5\u05dd\x03 x", "\u05e9\u05dc\u05d5\u05dd x", ((0, 4),)),
    ],
)
def test_marks_are_taken_out_of_a_snippet(
    snippet: str, text: str, marks: tuple[tuple[int, int], ...]
) -> None:
    assert marked(snippet) == (text, marks)


def test_a_long_beginning_is_left_out_so_that_the_word_is_seen() -> None:
    text, marks = marked("one two three four five six \x02seven\x03 and \x02eight\x03")
    near, moved = from_near(text, marks, 10)
    assert near == "\u2026 five six seven and eight"
    assert [near[begin:end] for begin, end in moved] == ["seven", "eight"]
    assert from_near(text, marks, 100) == (text, marks)


def test_found_words_are_bold_in_two_lines_at_most(chats: ChatList, qtbot: QtBot) -> None:
    long = hit(1, 1, "word " * 3 + "\x02found\x03 " + "and so on " * 60)
    qtbot.keyClicks(chats.search, "found")
    chats.show_state(found("found", (long,)))
    look()
    painter = chats.hits.itemDelegate()
    layout = painter._laid_out(chats.hits.rows.row(chats.hits.rows.index(1)), 200)
    assert layout.lineCount() == 2
    assert layout.text().endswith("\u2026")
    (span,) = layout.formats()
    assert layout.text()[span.start : span.start + span.length] == "found"
    assert span.format.fontWeight() == 600
    height = painter.sizeHint(QStyleOptionViewItem(), chats.hits.rows.index(1)).height()
    assert height < 50


def test_those_who_hear_it_are_told_the_chat_too(chats: ChatList, qtbot: QtBot) -> None:
    search(chats, qtbot)
    spoken = chats.hits.rows.index(2).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Chat 1: One more MoE"


def test_the_model_of_hits_behaves_as_qt_wants(chats: ChatList, qtmodeltester: ModelTester) -> None:
    strict = QAbstractItemModelTester(
        chats.hits.rows, QAbstractItemModelTester.FailureReportingMode.Warning
    )
    chats.show_state(found())
    chats.show_state(found(hits=HITS[1:]))
    qtmodeltester.check(chats.hits.rows)
    assert strict.model() is chats.hits.rows


def test_the_same_hits_keep_the_place_of_the_keyboard(chats: ChatList, qtbot: QtBot) -> None:
    search(chats, qtbot)
    chats.hits.setCurrentIndex(chats.hits.stops()[1])
    chats.show_state(replace(found(), context_used=3, hits=tuple(HITS)))
    assert chats.hits.currentIndex() == chats.hits.stops()[1]


def test_renaming_leaves_the_search(chats: ChatList, qtbot: QtBot) -> None:
    search(chats, qtbot)
    chats.rename(2)
    assert chats.search.text() == ""
    assert chats.view.isVisible()
    assert chats.view.indexAt(QPoint(0, 0)).isValid()


def test_a_place_reads_without_the_marks_of_markdown() -> None:
    assert marked("## The **\x02memory\x03** of `x`\n# More") == (
        "The memory of x More",
        ((4, 10),),
    )
