"""The look: both palettes, switched live, with the fonts and icons that come along."""

from __future__ import annotations

import re

import pytest
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui import states
from tests.ui.hands import look
from tests.ui.recording_commands import RecordingCommands
from tests.ui.windows import new_window
from ui.design_tokens import ASSETS, DesignTokens
from ui.look import dress
from ui.stylesheet import qt_palette, style_sheet
from ui.theme import Theme


def test_both_palettes_name_the_same_colours(tokens: DesignTokens) -> None:
    assert set(tokens.palettes["light"]) == set(tokens.palettes["dark"])


def test_a_switch_restyles_an_open_window(
    qapp: QApplication, tokens: DesignTokens, commands: RecordingCommands, qtbot: QtBot
) -> None:
    theme = Theme("light", tokens)
    dress(qapp, theme)
    window = new_window(theme, commands)
    qtbot.addWidget(window)
    window.show_state(states.talk(states.user(1, "A"), states.answer(2, "B")))
    window.show()
    look()
    light = window.grab().toImage()
    with qtbot.waitSignal(theme.changed):
        theme.choose("dark")
    look()
    dark = window.grab().toImage()
    points = [(4, 300), (200, 500), (600, 640), (1270, 760)]
    for x, y in points:
        assert light.pixelColor(x, y).lightness() > 230, (x, y)
        assert dark.pixelColor(x, y).lightness() < 50, (x, y)
    assert qapp.palette().window().color().name() == theme.hex("surface.window").lower()


def test_an_unknown_scheme_of_the_desktop_is_light(tokens: DesignTokens) -> None:
    assert Theme("system", tokens).name == "light"


def test_choosing_the_same_again_draws_nothing(tokens: DesignTokens, qtbot: QtBot) -> None:
    theme = Theme("dark", tokens)
    with qtbot.assertNotEmitted(theme.changed):
        theme.choose("dark")


def test_the_sheet_has_no_colour_of_its_own(theme: Theme, tokens: DesignTokens) -> None:
    known = {value.lower() for value in tokens.palettes[theme.name].values()}
    mixed = qt_palette(theme).highlight().color().name()
    used = {found.lower() for found in re.findall(r"#[0-9A-Fa-f]{6}", style_sheet(theme))}
    assert used <= known | {mixed}


@pytest.mark.parametrize("role", ["ui", "reading", "figure_xl", "code"])
def test_text_is_set_in_the_fonts_that_come_along(theme: Theme, role: str) -> None:
    font = theme.font(role)
    # Plain where the family is missing, which is what a failed load would look like.
    assert font.families()[0] in {"Inter", "Inter Display", "JetBrains Mono"}
    assert QFontMetricsF(font).horizontalAdvance("mixture-of-experts") > 0


def test_digits_of_figures_have_one_width_and_names_keep_their_hyphen(theme: Theme) -> None:
    figures = QFontMetricsF(theme.font("figure_m"))
    assert figures.horizontalAdvance("1111") == figures.horizontalAdvance("8888")
    words = QFontMetricsF(theme.font("ui"))
    tabular = QFontMetricsF(theme.font("ui", tabular=True))
    assert words.horizontalAdvance("GPT-4o") < tabular.horizontalAdvance("GPT-4o")


@pytest.mark.parametrize("icon", sorted(path.stem for path in (ASSETS / "icons").glob("*.svg")))
def test_every_icon_is_drawn(theme: Theme, icon: str) -> None:
    image = theme.icon(icon, 20, "text.primary", 2.0).toImage()
    assert image.width() == 40
    inked = sum(
        image.pixelColor(x, y).alpha() > 0 for x in range(0, 40, 2) for y in range(0, 40, 2)
    )
    assert inked > 2
