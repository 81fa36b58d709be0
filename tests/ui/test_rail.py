"""The rail has room for its words in every language."""

from __future__ import annotations

import gettext
from collections.abc import Iterator

import pytest
from PySide6.QtGui import QFontMetrics
from pytestqt.qtbot import QtBot

from runtime import language
from ui.rail import Rail
from ui.theme import Theme


class LongWords(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return "Einstellungen" if message == "Settings" else message


@pytest.fixture
def long_words() -> Iterator[None]:
    language.use(LongWords(), "de")
    yield
    language.use(gettext.NullTranslations())


def test_the_rail_is_as_wide_as_the_design_says(theme: Theme, qtbot: QtBot) -> None:
    rail = Rail(theme)
    qtbot.addWidget(rail)
    assert rail.width() == theme.px("layout.rail")
    widths = {item.width() for item in rail.items.values()}
    assert widths == {theme.px("control.rail_item.w")}


@pytest.mark.usefixtures("long_words")
def test_long_words_widen_it(theme: Theme, qtbot: QtBot) -> None:
    rail = Rail(theme)
    qtbot.addWidget(rail)
    for item in rail.items.values():
        assert (
            QFontMetrics(item.font()).horizontalAdvance(item.text()) < item.width() < rail.width()
        )
    assert rail.items["settings"].text() == "Einstellungen"
