"""Answers: they grow without being drawn anew, and nothing in them is loaded or opened."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QImage, QTextDocument
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.texts import ANSWER, MANY
from ui.answer_chunks import finished_length
from ui.answer_markdown import CODE_HEADER_PX
from ui.answer_text import AnswerText
from ui.message_text import UserText
from ui.theme import Theme


@pytest.fixture
def answer(theme: Theme, qtbot: QtBot) -> AnswerText:
    view = AnswerText(theme)
    qtbot.addWidget(view)
    view.resize(600, 400)
    view.show()
    return view


@pytest.mark.parametrize("step", [1, 7, 60])
def test_a_streamed_answer_ends_as_if_it_came_at_once(
    answer: AnswerText, theme: Theme, qtbot: QtBot, step: int
) -> None:
    for end in range(step, len(MANY) + step, step):
        answer.show_running(MANY[:end])
    answer.show_finished(MANY)
    whole = AnswerText(theme)
    qtbot.addWidget(whole)
    whole.show_finished(MANY)
    assert answer.document().toPlainText() == whole.document().toPlainText()
    assert "First, read the whole file" in answer.document().toPlainText()


def test_what_was_drawn_stays_while_more_comes(answer: AnswerText) -> None:
    answer.show_running("First paragraph.\n\nSecond, still being wr")
    first = answer.document().firstBlock()
    revision = first.revision()
    for end in range(1, 40):
        answer.show_running("First paragraph.\n\nSecond, still being wr" + "itten " * end)
    assert first.isValid()
    assert first.text() == "First paragraph."
    assert first.revision() == revision


def test_an_open_fence_is_shown_as_code_while_it_grows(answer: AnswerText) -> None:
    answer.show_running("Look:\n\n```python\nprint(1)\nprint(")
    text = answer.document().toPlainText()
    assert "```" not in text
    assert text.endswith("print(1)\nprint(")
    assert answer.heightForWidth(600) > 80


@pytest.mark.parametrize("step", [1, 5, 400])
def test_code_at_the_very_top_has_its_header_and_its_edge(answer: AnswerText, step: int) -> None:
    text = "```python\ndef f(a):\n    return a\n```\n\nThe text."
    for end in range(step, len(text) + step, step):
        answer.show_running(text[:end])
    answer.show_finished(text)
    document = answer.document()
    first = document.firstBlock()
    assert document.documentLayout().blockBoundingRect(first).top() >= CODE_HEADER_PX
    assert first.blockFormat().leftMargin() == first.next().blockFormat().leftMargin() > 0
    answer.show_finished("No code at all.")
    assert document.documentLayout().blockBoundingRect(document.firstBlock()).top() == 0


def test_finished_length_stops_before_an_open_fence() -> None:
    assert finished_length("one\n\ntwo", 0) == len("one\n\n")
    assert finished_length("one\n```\ncode\n", 0) == len("one\n")
    assert finished_length("- a\n\n- b\n\n", 0) == 0, "the list may go on"
    assert finished_length("- a\n\nafter\n", 0) == len("- a\n\n")


def test_nothing_is_loaded(answer: AnswerText, tmp_path: Path) -> None:
    picture = tmp_path / "secret.png"
    image = QImage(40, 40, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    assert image.save(str(picture))
    sources = (picture.as_uri(), str(picture), "http://127.0.0.1:9/x.png", r"\\host\share\x.png")
    for source in sources:
        loaded = answer.document().resource(
            QTextDocument.ResourceType.ImageResource.value, QUrl(source)
        )
        assert not isinstance(loaded, QImage) or loaded.size().width() == 1
        answer.show_finished(f"before ![alt]({source}) after")
        assert "(image not shown)" in answer.document().toPlainText()
    grabbed = answer.grab().toImage()
    red = [
        (x, y)
        for x in range(0, grabbed.width(), 4)
        for y in range(0, 60, 2)
        if grabbed.pixelColor(x, y) == Qt.GlobalColor.red
    ]
    assert not red


def test_html_is_text(answer: AnswerText) -> None:
    answer.show_finished("<img src='file:///etc/hostname'> <b>bold</b>")
    assert "<img" in answer.document().toPlainText()


def test_a_link_is_told_and_not_opened(
    answer: AnswerText, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    answer.show_finished("[click](https://example.org/path)")
    place = next(
        QPoint(x, y)
        for y in range(2, 24, 4)
        for x in range(2, 40, 4)
        if answer.anchorAt(QPoint(x, y))
    )
    with qtbot.waitSignal(answer.link_followed) as followed:
        qtbot.mouseClick(answer.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert followed.args[0] == QUrl("https://example.org/path")
    assert not opened
    assert "example.org" not in answer.document().toPlainText()


def test_code_is_copied_by_its_own_button(answer: AnswerText, qtbot: QtBot) -> None:
    answer.show_finished(ANSWER)
    (button,) = answer.copy_buttons
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    copied = QApplication.clipboard().text()
    assert copied.splitlines()[0] == "llama-server -m Qwen3-30B-A3B-Q4_K_M.gguf -ngl 99 \\"
    assert len(copied.splitlines()) == 2
    assert button.text() == "Copied"
    qtbot.waitUntil(lambda: button.text() == "Copy")


def test_the_height_holds_the_whole_text(answer: AnswerText) -> None:
    answer.show_finished(ANSWER)
    for width in (320, 616, 760):
        answer.resize(width, answer.heightForWidth(width))
        last = answer.document().lastBlock()
        box = answer.document().documentLayout().blockBoundingRect(last)
        assert box.bottom() <= answer.height()
        assert answer.document().textWidth() == width


def test_a_question_is_shown_as_it_was_written(theme: Theme, qtbot: QtBot) -> None:
    text = "# not a heading\n\n<b>&amp;</b>  two  spaces"
    view = UserText(theme, text)
    qtbot.addWidget(view)
    assert view.document().toPlainText() == text
