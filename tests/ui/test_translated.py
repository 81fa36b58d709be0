"""Every text a person reads in the window is one of the catalogue's, on every page."""

from __future__ import annotations

import gettext
import inspect
import re
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from runtime import language
from tests.ui import (
    discover_gallery,
    discover_states,
    gallery,
    owned_gallery,
    owned_states,
    states,
)
from tests.ui.recording_commands import RecordingCommands
from tests.ui.windows import new_window
from ui.look import dress
from ui.theme import Theme, load_fonts

BEFORE, AFTER = (
    "\N{MATHEMATICAL LEFT WHITE SQUARE BRACKET}",
    "\N{MATHEMATICAL RIGHT WHITE SQUARE BRACKET}",
)
WORD = re.compile(r"[A-Za-z]{3,}")
TAG = re.compile(r"<[^>]*>")
# Units, keys, names and llama.cpp's own words stay as they are in every language.
UNITS = re.compile(
    r"\b(tok/s|J/token|GiB|MiB|kWh|min|token|RAM|GPU|CPU|VRAM|Ctrl|Shift|Enter|Esc|Alt|Tab|Page"
    r"|Space|Delete|Home|End|Down|GBNF|JSON|Markdown|Coterie|English|Deutsch)\b"
)

# The names of models, sellers and machines in the pictures.
SAMPLES = "".join(
    inspect.getsource(module) for module in (states, discover_states, owned_states, owned_gallery)
)


class Marked(gettext.NullTranslations):
    """A language in which each text stands between brackets."""

    def gettext(self, message: str) -> str:
        return f"{BEFORE}{message}{AFTER}"

    def pgettext(self, context: str, message: str) -> str:
        return f"{BEFORE}{message}{AFTER}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"{BEFORE}{msgid1 if n == 1 else msgid2}{AFTER}"


@pytest.fixture(scope="module")
def light(qapp: QApplication) -> Iterator[Theme]:
    """One palette, dressed once: words have no colour."""
    load_fonts()
    theme = Theme("light")
    dress(qapp, theme)
    yield theme
    theme.deleteLater()


@pytest.fixture
def bracketed() -> Iterator[None]:
    language.use(Marked(), "en")
    yield
    language.use(gettext.NullTranslations(), language.SOURCE)


def texts(root: QWidget) -> Iterator[tuple[str, str]]:
    """What the widgets below `root` show and say, with the class that does."""
    for widget in (root, *root.findChildren(QWidget)):
        said = [widget.toolTip(), widget.accessibleName(), widget.accessibleDescription()]
        if isinstance(widget, QLabel | QAbstractButton):
            said.append(widget.text())
        if isinstance(widget, QLineEdit | QPlainTextEdit):
            said.append(widget.placeholderText())
        if isinstance(widget, QComboBox):
            said += [widget.itemText(n) for n in range(widget.count())]
        yield from ((type(widget).__name__, text) for text in said if text)


def untranslated(root: QWidget, data: str) -> list[tuple[str, str]]:
    """The words that are neither between brackets nor part of `data`, the state that is shown."""
    return [
        (where, text)
        for where, text in texts(root)
        if (words := WORD.findall(UNITS.sub(" ", TAG.sub(" ", _outside(text)))))
        and any(word not in data for word in words)
    ]


def _outside(text: str) -> str:
    """`text` without what stands between brackets, which may be nested."""
    # A label may have only the end of a sentence that others begin.
    depth, kept = max(0, text.count(AFTER) - text.count(BEFORE)), []
    for letter in text:
        depth += letter == BEFORE
        if depth == 0:
            kept.append(letter)
        depth -= letter == AFTER
    return "".join(kept)


def test_words_outside_brackets_are_found(bracketed: None, light: Theme) -> None:
    label = QLabel(f"{BEFORE}said{AFTER} 4 tok/s and more")
    assert untranslated(label, "") == [("QLabel", label.text())]
    assert untranslated(QLabel(f"{BEFORE}a {BEFORE}b{AFTER} said{AFTER} 4 tok/s"), "") == []
    assert untranslated(QLabel("Qwen3 of the state"), "'Qwen3 of the state'") == []


@pytest.mark.parametrize("name", gallery.scenes())
def test_the_window(bracketed: None, light: Theme, qtbot: QtBot, name: str) -> None:
    page, state = gallery.scenes()[name]
    window = new_window(light, RecordingCommands())
    qtbot.addWidget(window)
    window.show_state(state)
    if page in ("models", "settings"):
        window.desk.show_page(page)
    window.show_state(state)
    assert untranslated(window, repr(state) + SAMPLES) == []


@pytest.mark.parametrize("name", discover_states.VIEWS)
def test_discover(bracketed: None, light: Theme, qtbot: QtBot, name: str) -> None:
    page = discover_gallery.new_page(light)
    qtbot.addWidget(page)
    discover_gallery.show(page, name)
    assert untranslated(page, repr(discover_states.VIEWS[name]) + SAMPLES) == []


@pytest.mark.parametrize("name", owned_gallery.INSTALLED)
def test_installed(bracketed: None, light: Theme, qtbot: QtBot, name: str) -> None:
    page = owned_gallery.installed(light, name)
    qtbot.addWidget(page)
    assert untranslated(page, repr(owned_gallery.INSTALLED[name]) + SAMPLES) == []
