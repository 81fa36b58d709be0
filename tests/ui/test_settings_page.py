"""The Settings page: shown as stored, saved as changed, never with what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.prices import SHIPPED_PRICES, Price, load_prices
from app.settings import Settings
from tests.ui import states
from tests.ui.hands import click, look
from tests.ui.recording_commands import RecordingCommands
from ui.number_field import NumberField, NumberKind, parsed, shown
from ui.settings_page import CONTEXT, SettingsPage, price_facts
from ui.theme import Theme

STORED = states.state().settings


@pytest.fixture
def page(theme: Theme, commands: RecordingCommands, qtbot: QtBot) -> SettingsPage:
    page = SettingsPage(theme, commands, states.PRICES, "/home/ada/.config/coterie/prices.json")
    qtbot.addWidget(page)
    page.resize(1000, 900)
    page.show()
    page.show_state(states.state())
    look()
    return page


def write(qtbot: QtBot, field: NumberField, text: str) -> None:
    field.field.selectAll()
    qtbot.keyClicks(field.field, text)
    qtbot.keyClick(field.field, Qt.Key.Key_Return)


def test_what_is_stored_is_shown(page: SettingsPage) -> None:
    assert page.theme_choice.segments["system"].isChecked()
    assert page.price.currentText() == "GPT-4o (OpenAI price list)"
    assert page.temperature.field.text() == "0.7"
    assert page.context.field.text() == "0"
    assert page.electricity.field.text() == "0.30"
    assert page.price_facts.full_text() == (
        "Input $2.50, output $10.00 per million tokens.\nOpenAI price list, 2025-11-01."
    )


def test_the_theme_is_saved_at_once(
    page: SettingsPage, commands: RecordingCommands, qtbot: QtBot
) -> None:
    click(qtbot, page.theme_choice.segments["dark"])
    assert commands.settings == [replace(STORED, theme="dark")]


def test_arrow_keys_turn_segments(
    page: SettingsPage, commands: RecordingCommands, qtbot: QtBot
) -> None:
    qtbot.keyClick(page.theme_choice.segments["system"], Qt.Key.Key_Right)
    assert commands.settings == [replace(STORED, theme="light")]


def test_another_price_is_saved_and_told(
    page: SettingsPage, commands: RecordingCommands, qtbot: QtBot
) -> None:
    qtbot.keyClick(page.price, Qt.Key.Key_Down)
    assert commands.settings == [replace(STORED, reference_price="ainews-o1")]
    page.show_state(states.state(settings=commands.settings[0]))
    assert page.price_facts.full_text() == (
        "Input not given, output $15.00 per million tokens.\n"
        "Published figure: AINews, 2025.\n"
        "The article gives the output price only."
    )


def test_the_wheel_changes_no_price_in_passing(
    page: SettingsPage, commands: RecordingCommands
) -> None:
    down = QPoint(0, -120)
    event = QWheelEvent(
        QPointF(5, 5),
        QPointF(page.price.mapToGlobal(QPoint(5, 5))),
        QPoint(),
        down,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(page.price, event)
    assert commands.calls == []


@pytest.mark.parametrize(
    ("field", "typed", "changes"),
    [
        ("temperature", "0.2", {"temperature": 0.2}),
        ("temperature", "1,5", {"temperature": 1.5}),
        ("electricity", "0.185", {"electricity_usd_per_kwh": 0.185}),
        ("context", "16,384", {"n_ctx": 16384}),
    ],
)
def test_a_number_is_saved_on_enter(
    page: SettingsPage,
    commands: RecordingCommands,
    qtbot: QtBot,
    field: str,
    typed: str,
    changes: dict[str, object],
) -> None:
    write(qtbot, getattr(page, field), typed)
    assert commands.settings == [replace(STORED, **changes)]


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("temperature", "hot", "Write a number from 0 to 5."),
        ("temperature", "7", "Write a number from 0 to 5."),
        ("temperature", "nan", "Write a number from 0 to 5."),
        ("electricity", "-1", "Write a number from 0 to 10."),
        ("context", "12", "Write a number: 0, or from 256 to 2,147,483,647."),
        ("context", "512.5", "Write a whole number."),
    ],
)
def test_a_wrong_number_is_told_and_not_saved(
    page: SettingsPage,
    commands: RecordingCommands,
    qtbot: QtBot,
    field: str,
    typed: str,
    said: str,
) -> None:
    widget: NumberField = getattr(page, field)
    before = widget.field.text()
    write(qtbot, widget, typed)
    assert commands.calls == []
    assert widget.error.isVisible()
    assert widget.error.full_text() == said
    assert widget.field.accessibleDescription() == said
    qtbot.keyClick(widget.field, Qt.Key.Key_Escape)
    assert widget.field.text() == before
    assert not widget.error.isVisible()


def test_a_number_is_saved_when_the_field_is_left(
    page: SettingsPage, commands: RecordingCommands, qtbot: QtBot
) -> None:
    page.activateWindow()
    page.temperature.field.setFocus()
    page.temperature.field.selectAll()
    qtbot.keyClicks(page.temperature.field, "1")
    assert commands.calls == []
    page.context.field.setFocus()
    assert commands.settings == [replace(STORED, temperature=1.0)]


def test_what_is_being_typed_is_left_alone(page: SettingsPage, qtbot: QtBot) -> None:
    page.temperature.field.selectAll()
    qtbot.keyClicks(page.temperature.field, "1.")
    page.show_state(states.state(settings=replace(STORED, theme="dark")))
    assert page.temperature.field.text() == "1."


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0", 0), (" 4096 ", 4096), ("4,096", 4096), ("1e400", str), ("", str), ("255", str)],
)
def test_parsing_a_context_size(text: str, expected: object) -> None:
    value = parsed(text, CONTEXT)
    assert value == expected if expected is not str else isinstance(value, str)


def test_numbers_as_fields_show_them() -> None:
    assert [shown(v) for v in (0.7, 8192, 0)] == ["0.7", "8,192", "0"]
    assert [shown(v, 2) for v in (0.3, 0.185, 1)] == ["0.30", "0.185", "1.00"]
    assert parsed(shown(0.185, 2), NumberKind(0, 10)) == 0.185


def test_the_facts_of_an_own_price() -> None:
    own = Price("mine", "Mine", 1.0, 2.0, cached_input_usd_per_million=0.1, checked="2026-11-01")
    assert price_facts(own) == (
        "Input $1.00, cached input $0.10, output $2.00 per million tokens.\n"
        "Your own entry. Checked 2026-11-01."
    )


def test_every_shipped_price_can_be_told(tmp_path: Path) -> None:
    book, problem = load_prices(SHIPPED_PRICES, tmp_path / "none.json")
    prices = book.prices
    assert problem is None
    assert Settings().reference_price in {price.id for price in prices}
    for price in prices:
        assert price.source in price_facts(price)
