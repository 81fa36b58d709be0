"""The Settings page: shown as stored, saved as changed, never with what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from app.discover.state import AccountView
from app.prices import SHIPPED_PRICES, Price, load_prices
from app.settings import Settings
from runtime.errors import Problem
from tests.ui import states
from tests.ui.hands import click, look
from tests.ui.recording_commands import RecordingCommands
from tests.ui.recording_owned_commands import RecordingAccount
from ui.number_field import NumberField, NumberKind, parsed, shown
from ui.settings_address import Address, AddressField, address
from ui.settings_answers import CONTEXT
from ui.settings_downloads import limit_bytes_per_s, limit_mib_per_s
from ui.settings_hub import EXAMPLE_HUB, EXAMPLE_PROXY
from ui.settings_hub_words import (
    KEPT_LINE,
    SIGNED_OUT_LINE,
    AccountWords,
    Given,
    GivenHub,
    account_words,
    given_hub,
)
from ui.settings_page import SettingsPage, price_facts
from ui.theme import Theme

TOKEN = "hf_CanaryThatNobodyMaySee"
REFUSED = Problem("hub_token_refused", "Not accepted", "The hub does not know it", "Make another.")
STORED = states.state().settings


@pytest.fixture
def account() -> RecordingAccount:
    return RecordingAccount()


def new_page(
    theme: Theme,
    commands: RecordingCommands,
    account: RecordingAccount | None,
    environment: dict[str, str],
    qtbot: QtBot,
) -> SettingsPage:
    file = "/home/ada/.config/coterie/prices.json"
    page = SettingsPage(theme, commands, states.PRICES, file, account, environment)
    qtbot.addWidget(page)
    page.resize(1000, 900)
    page.show()
    page.show_state(states.state())
    look()
    return page


@pytest.fixture
def page(
    theme: Theme, commands: RecordingCommands, account: RecordingAccount, qtbot: QtBot
) -> SettingsPage:
    return new_page(theme, commands, account, {}, qtbot)


def field_of(page: SettingsPage, name: str) -> NumberField:
    field: NumberField = getattr(page if name == "electricity" else page.answers, name)
    return field


def write(qtbot: QtBot, field: NumberField, text: str) -> None:
    field.field.selectAll()
    qtbot.keyClicks(field.field, text)
    qtbot.keyClick(field.field, Qt.Key.Key_Return)


def test_what_is_stored_is_shown(page: SettingsPage) -> None:
    assert page.look.theme_choice.segments["system"].isChecked()
    assert page.price.currentText() == "GPT-4o (OpenAI price list)"
    assert page.answers.temperature.field.text() == "0.7"
    assert page.answers.context.field.text() == "0"
    assert page.electricity.field.text() == "0.30"
    assert page.price_facts.full_text() == (
        "Input $2.50, output $10.00 per million tokens.\nOpenAI price list, 2025-11-01."
    )


def test_the_theme_is_saved_at_once(
    page: SettingsPage, commands: RecordingCommands, qtbot: QtBot
) -> None:
    click(qtbot, page.look.theme_choice.segments["dark"])
    assert commands.settings == [replace(STORED, theme="dark")]


def test_arrow_keys_turn_segments(
    page: SettingsPage, commands: RecordingCommands, qtbot: QtBot
) -> None:
    qtbot.keyClick(page.look.theme_choice.segments["system"], Qt.Key.Key_Right)
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
    write(qtbot, field_of(page, field), typed)
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
    widget: NumberField = field_of(page, field)
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
    page.answers.temperature.field.setFocus()
    page.answers.temperature.field.selectAll()
    qtbot.keyClicks(page.answers.temperature.field, "1")
    assert commands.calls == []
    page.answers.context.field.setFocus()
    assert commands.settings == [replace(STORED, temperature=1.0)]


def test_what_is_being_typed_is_left_alone(page: SettingsPage, qtbot: QtBot) -> None:
    page.answers.temperature.field.selectAll()
    qtbot.keyClicks(page.answers.temperature.field, "1.")
    page.show_state(states.state(settings=replace(STORED, theme="dark")))
    assert page.answers.temperature.field.text() == "1."


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


# The hub


def write_address(qtbot: QtBot, widget: AddressField, text: str) -> None:
    widget.field.selectAll()
    qtbot.keyClicks(widget.field, text)
    qtbot.keyClick(widget.field, Qt.Key.Key_Return)


@pytest.mark.parametrize(
    ("text", "example", "expected"),
    [
        ("", EXAMPLE_HUB, Address()),
        ("  ", EXAMPLE_HUB, Address()),
        ("https://hub.example.org/", EXAMPLE_HUB, Address("https://hub.example.org")),
        ("hub.example.org/models", EXAMPLE_HUB, Address("https://hub.example.org/models")),
        ("http://127.0.0.1:8000", EXAMPLE_HUB, Address("http://127.0.0.1:8000")),
        ("proxy:3128", EXAMPLE_PROXY, Address("http://proxy:3128")),
        ("ftp://hub.example.org", EXAMPLE_HUB, None),
        ("https://", EXAMPLE_HUB, None),
        ("https://a b", EXAMPLE_HUB, None),
        ("https://a:99999", EXAMPLE_HUB, None),
        ("https://[::1", EXAMPLE_HUB, None),
        ("https://a?token=b", EXAMPLE_HUB, None),
    ],
)
def test_addresses(text: str, example: str, expected: Address | None) -> None:
    wrong = Address(error=f"Write an address like {example}.")
    assert address(text, example) == (expected or wrong)


def test_an_address_with_a_password_is_not_kept() -> None:
    assert address("http://ada:secret@proxy:3128", EXAMPLE_PROXY) == Address(
        error="An address with a password is not kept; set it in the environment."
    )


@pytest.mark.parametrize(
    ("field", "typed", "changes"),
    [
        ("endpoint", "hub.example.org/", {"hub_endpoint": "https://hub.example.org"}),
        ("proxy", "proxy:3128", {"proxy": "http://proxy:3128"}),
    ],
)
def test_an_address_is_saved_on_enter(
    page: SettingsPage,
    commands: RecordingCommands,
    qtbot: QtBot,
    field: str,
    typed: str,
    changes: dict[str, object],
) -> None:
    write_address(qtbot, getattr(page.hub, field), typed)
    assert commands.settings == [replace(STORED, **changes)]


def test_a_wrong_address_is_told_and_not_saved(
    page: SettingsPage, commands: RecordingCommands, qtbot: QtBot
) -> None:
    page.show_state(states.state(settings=replace(STORED, hub_endpoint="https://a.example.org")))
    assert page.hub.endpoint.field.text() == "https://a.example.org"
    write_address(qtbot, page.hub.endpoint, "ftp://b")
    assert commands.calls == []
    assert page.hub.endpoint.error.isVisible()
    assert page.hub.endpoint.field.accessibleDescription() == page.hub.endpoint.error.full_text()
    qtbot.keyClick(page.hub.endpoint.field, Qt.Key.Key_Escape)
    assert page.hub.endpoint.field.text() == "https://a.example.org"
    write_address(qtbot, page.hub.endpoint, " ")
    assert commands.settings == [replace(STORED, hub_endpoint="")]


def test_switches_are_saved_at_once(
    page: SettingsPage, commands: RecordingCommands, qtbot: QtBot
) -> None:
    page.area.ensureWidgetVisible(page.hub.offline)
    click(qtbot, page.hub.offline)
    assert commands.settings == [replace(STORED, hub_offline=True)]
    page.show_state(states.state(settings=commands.settings[0]))
    qtbot.keyClick(page.downloads.resume, Qt.Key.Key_Return)
    assert commands.settings[1:] == [
        replace(STORED, hub_offline=True, resume_downloads=False),
    ]


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, GivenHub(Given(), Given(), Given(), Given())),
        (
            {"HF_ENDPOINT": "https://hub", "HF_TOKEN": TOKEN, "HF_HUB_OFFLINE": "yes"},
            GivenHub(
                Given("HF_ENDPOINT", "https://hub"),
                Given("HF_HUB_OFFLINE", "yes"),
                Given(),
                Given("HF_TOKEN"),
            ),
        ),
        (
            {"HF_ENDPOINT": " ", "HF_HUB_OFFLINE": "0", "https_proxy": "http://ada:pw@proxy:1"},
            GivenHub(Given(), Given(), Given("https_proxy", "http://\u2022@proxy:1"), Given()),
        ),
    ],
)
def test_what_the_environment_says(environment: dict[str, str], expected: GivenHub) -> None:
    assert given_hub(environment) == expected


def test_what_the_environment_sets_can_not_be_changed_here(
    theme: Theme, commands: RecordingCommands, qtbot: QtBot
) -> None:
    environment = {"HF_ENDPOINT": "https://hub", "HF_HUB_OFFLINE": "1", "ALL_PROXY": "http://p:1"}
    page = new_page(theme, commands, None, environment, qtbot)
    hub = page.hub
    page.show_state(states.state(settings=replace(STORED, hub_endpoint="https://mine")))
    assert (hub.endpoint.field.text(), hub.proxy.field.text()) == ("https://hub", "http://p:1")
    assert hub.endpoint.field.isReadOnly()
    assert hub.offline.isChecked()
    assert not hub.offline.isEnabled()
    write_address(qtbot, hub.endpoint, "https://other")
    assert commands.calls == []
    assert hub.account is None
    page.show_account(AccountView("ada", "stored"))


# The account


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (AccountView(), AccountWords(SIGNED_OUT_LINE, can_sign_in=True)),
        (AccountView(busy=True), AccountWords(SIGNED_OUT_LINE, "Checking the token\u2026")),
        (
            AccountView("ada", "stored"),
            AccountWords(KEPT_LINE, "Signed in as ada", can_sign_out=True),
        ),
        (
            AccountView("", "stored"),
            AccountWords(KEPT_LINE, "A token is stored", can_sign_out=True),
        ),
        (
            AccountView("ada", "environment"),
            AccountWords("The token comes from HF_TOKEN; change it there.", "Signed in as ada"),
        ),
        (
            AccountView("", "environment", busy=True),
            AccountWords(
                "The token comes from HF_TOKEN; change it there.", "A token is set by HF_TOKEN"
            ),
        ),
        (
            AccountView(problem=REFUSED),
            AccountWords(
                SIGNED_OUT_LINE, "", "The hub does not know it. Make another.", can_sign_in=True
            ),
        ),
    ],
)
def test_the_words_of_the_account(view: AccountView, expected: AccountWords) -> None:
    assert account_words(view, Given("HF_TOKEN")) == expected


def test_a_token_goes_in_and_is_never_shown_again(
    page: SettingsPage, account: RecordingAccount, commands: RecordingCommands, qtbot: QtBot
) -> None:
    row = page.hub.account
    assert row is not None
    assert row.field.echoMode() is QLineEdit.EchoMode.Password
    assert not row.sign_in.isEnabled()
    qtbot.keyClicks(row.field, f" {TOKEN} ")
    assert TOKEN not in row.field.displayText()
    click(qtbot, row.sign_in)
    assert account.calls == [("sign_in", TOKEN)]
    assert row.field.text() == ""
    row.field.undo()
    assert row.field.text() == ""
    page.show_account(AccountView(busy=True))
    assert not row.field.isVisible()
    page.show_account(AccountView(problem=REFUSED))
    assert row.field.isVisible()
    assert row.error.isVisible()
    qtbot.keyClicks(row.field, TOKEN)
    qtbot.keyClick(row.field, Qt.Key.Key_Return)
    page.show_account(AccountView("ada", "stored"))
    assert row.who.full_text() == "Signed in as ada"
    assert not row.field.isVisible()
    assert not row.error.isVisible()
    click(qtbot, row.sign_out)
    assert account.calls == [("sign_in", TOKEN), ("sign_in", TOKEN), ("sign_out",)]
    assert commands.calls == []
    shown = [str(widget.accessibleName()) for widget in page.findChildren(QLineEdit)]
    assert TOKEN not in " ".join(shown)


def test_a_token_of_the_environment_is_left_alone(
    theme: Theme, commands: RecordingCommands, account: RecordingAccount, qtbot: QtBot
) -> None:
    page = new_page(theme, commands, account, {"HF_TOKEN": TOKEN}, qtbot)
    page.show_account(AccountView("ada", "environment"))
    row = page.hub.account
    assert row is not None
    assert row.who.full_text() == "Signed in as ada"
    assert row.line.full_text() == "The token comes from HF_TOKEN; change it there."
    for widget in (row.field, row.sign_in, row.sign_out):
        assert not widget.isVisible()


# Downloads


@pytest.mark.parametrize(
    ("field", "typed", "changes"),
    [
        ("at_once", "4", {"downloads_at_once": 4}),
        ("connections", "8", {"download_connections": 8}),
        ("limit", "2.5", {"download_limit_bytes_per_s": 2_621_440}),
    ],
)
def test_how_downloads_go_is_saved(
    page: SettingsPage,
    commands: RecordingCommands,
    qtbot: QtBot,
    field: str,
    typed: str,
    changes: dict[str, object],
) -> None:
    write(qtbot, getattr(page.downloads, field), typed)
    assert commands.settings == [replace(STORED, **changes)]


@pytest.mark.parametrize(
    ("field", "typed"),
    [("at_once", "5"), ("at_once", "0"), ("connections", "9"), ("limit", "0.01"), ("limit", "-1")],
)
def test_what_downloads_can_not_do_is_not_saved(
    page: SettingsPage, commands: RecordingCommands, qtbot: QtBot, field: str, typed: str
) -> None:
    widget: NumberField = getattr(page.downloads, field)
    write(qtbot, widget, typed)
    assert commands.calls == []
    assert widget.error.isVisible()


@pytest.mark.parametrize("mib_per_s", [0, 0.1, 0.25, 1, 58.4, 10_000])
def test_a_limit_reads_as_it_was_written(mib_per_s: float) -> None:
    assert limit_mib_per_s(limit_bytes_per_s(mib_per_s)) == pytest.approx(mib_per_s, abs=1e-6)
    assert shown(limit_mib_per_s(limit_bytes_per_s(mib_per_s))) == shown(mib_per_s)
