"""Text of a model that means harm: nothing is opened, nothing is reached, the window stays free."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from time import thread_time

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.hostile_samples import SAMPLES
from ui.answer_safety import MOST_DRAWN, harmless, is_monstrous, revealed
from ui.answer_text import AnswerText
from ui.message_links import link_menu
from ui.message_text import UserText
from ui.theme import Theme

LONGEST_TURN_S = 0.05
# What a busy machine adds by itself; the benchmark measures the true figure on a quiet one.
ALLOWANCE = 4


class Watch:
    """Counts what the audit hook is told while `on`; a hook can't be taken away again."""

    def __init__(self) -> None:
        self.on = False
        self.seen: list[tuple[str, object]] = []
        sys.addaudithook(self._hook)

    def _hook(self, event: str, args: tuple[object, ...]) -> None:
        if self.on and event in ("open", "socket.connect", "socket.getaddrinfo", "os.system"):
            self.seen.append((event, args[0] if args else None))


WATCH = Watch()


@pytest.fixture
def watch() -> Iterator[Watch]:
    WATCH.seen.clear()
    WATCH.on = True
    yield WATCH
    WATCH.on = False


@pytest.fixture
def light(qapp: QApplication, tokens) -> Iterator[Theme]:
    """What is drawn in one palette is drawn in the other: once is enough here."""
    theme = Theme("light", tokens)
    yield theme
    theme.deleteLater()


def test_there_are_two_hundred_samples() -> None:
    assert len(SAMPLES) == 200


@pytest.mark.parametrize("name", SAMPLES)
def test_a_hostile_answer_opens_nothing_and_holds_nothing_up(
    light: Theme, qtbot: QtBot, watch: Watch, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    opened: list[object] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    view = AnswerText(light)
    qtbot.addWidget(view)
    view.resize(640, 480)
    view.show()
    turns_s = [taken(lambda: view.show_finished(SAMPLES[name]))]
    turns_s += [taken(lambda: view.heightForWidth(640))]
    for _ in range(12):
        turns_s.append(taken(QApplication.processEvents))
    assert max(turns_s) <= LONGEST_TURN_S * ALLOWANCE, [round(s * 1000) for s in turns_s]
    assert [what for what in watch.seen if not is_own(what)] == []
    assert opened == []
    assert view.text == SAMPLES[name], "copying takes all"


def taken(act) -> float:
    """Of this thread's own time: the machine may be busy with other things."""
    began_s = thread_time()
    act()
    return thread_time() - began_s


def is_own(what: tuple[str, object]) -> bool:
    """Modules and icons of our own that are read when they are first used."""
    kind, path = what
    return kind == "open" and str(path).endswith((".py", ".pyc", ".svg", ".so"))


@pytest.mark.parametrize("name", ["quotes", "one word", "half characters", "override", "nulls"])
def test_a_hostile_question_is_shown(light: Theme, qtbot: QtBot, name: str) -> None:
    view = UserText(light, SAMPLES[name])
    qtbot.addWidget(view)
    assert taken(lambda: view.heightForWidth(500)) < LONGEST_TURN_S * ALLOWANCE * 2
    assert len(view.document().toPlainText()) < 1.2 * MOST_DRAWN


def test_what_is_not_drawn_is_said(light: Theme, qtbot: QtBot) -> None:
    view = AnswerText(light)
    qtbot.addWidget(view)
    view.show_finished("word " * 60_000)
    view.draw_all()
    text = view.document().toPlainText()
    assert text.endswith("more characters are not shown here. Copying takes them all.")
    assert len(text) < 1.1 * MOST_DRAWN


def test_marks_that_turn_the_direction_are_seen() -> None:
    assert harmless("a\u202eb\u2066c") == "a\u2039U+202E\u203ab\u2039U+2066\u203ac"
    assert harmless("\ud800 \x00 \ufdd0") == "\ufffd \ufffd \ufffd"
    assert harmless("\u05e9\u200f!") == "\u05e9\u200f!", "ordinary right-to-left text stays"
    assert revealed("a\u200bb") == "a\u2039U+200B\u203ab"


def test_ordinary_markdown_is_no_monster() -> None:
    ordinary = "> a\n>> b\n\n- c\n  - d\n    - e\n\n| a | b |\n|---|---|\n"
    assert not is_monstrous(ordinary + "| 1 |" * 90)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://example.org/\u202egnp.exe", "https://example.org/%E2%80%AEgnp.exe"),
        ("https://\u0430pple.com/", "https://xn--pple-43d.com/"),
        ("https://example.org@evil.example/", "https://example.org@evil.example/"),
    ],
)
def test_a_link_shows_where_it_really_goes(qtbot: QtBot, address: str, shown: str) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    menu = link_menu(QUrl(address), parent)
    assert menu.actions()[0].text() == shown


@pytest.mark.parametrize("target", ["javascript:alert(1)", "file:///etc/passwd", "data:,x"])
def test_only_the_web_is_opened(qtbot: QtBot, target: str) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    texts = [action.text() for action in link_menu(QUrl(target), parent).actions()]
    assert "Open in the browser" not in texts


def test_a_click_on_a_link_opens_nothing_by_itself(
    light: Theme, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[object] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    view = AnswerText(light)
    qtbot.addWidget(view)
    view.resize(400, 100)
    view.show()
    view.show_finished("[click](file:///etc/passwd)")
    places = (QPoint(x, y) for y in range(2, 24, 4) for x in range(2, 40, 4))
    place = next(at for at in places if view.anchorAt(at))
    with qtbot.waitSignal(view.link_followed):
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert opened == []
