"""The application without a screen, dressed as the program is, and what widgets are made with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.recording_commands import RecordingCommands
from ui.design_tokens import DesignTokens, read_design_tokens
from ui.look import dress
from ui.theme import Theme, load_fonts


@pytest.fixture(scope="session")
def tokens(qapp: QApplication) -> DesignTokens:
    load_fonts()
    return read_design_tokens()


@pytest.fixture(params=["light", "dark"])
def theme(
    request: pytest.FixtureRequest, qapp: QApplication, tokens: DesignTokens
) -> Iterator[Theme]:
    """Both palettes: every test of a widget runs twice."""
    theme = Theme(request.param, tokens)
    dress(qapp, theme)
    yield theme
    theme.deleteLater()


@pytest.fixture
def commands(qtbot: QtBot) -> RecordingCommands:
    return RecordingCommands()
