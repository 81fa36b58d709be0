"""The application without a screen, dressed as the program is, and what widgets are made with."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

# Before any test makes the application object; a real screen is never wanted here.
os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.recording_commands import RecordingCommands
from ui.design_tokens import DesignTokens, read_design_tokens
from ui.look import dress
from ui.theme import Theme, load_fonts

HERE = Path(__file__).parent
# The offscreen platform says this for each window with a least or greatest size; no fault of ours.
OFFSCREEN_LIMIT = "This plugin does not support propagateSizeHints"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.qt_log_ignore(OFFSCREEN_LIMIT, extend=True))


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
