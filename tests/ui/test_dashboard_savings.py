"""The Savings tab: what it shows of the money, what opens, and what it asks for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from app import number_text
from app.dashboard.adding_up import added_lines, explained_saving, period
from app.dashboard.state import DayAmount, Hardware
from app.settings import Settings
from tests.ui import savings_states as states
from tests.ui.hands import click, look
from tests.ui.recording_dashboard_commands import RecordingDashboardCommands
from ui.dashboard_hardware import break_even
from ui.dashboard_savings import SavingsTab
from ui.popover import Popover
from ui.saved_bars import best_day, explained_days
from ui.share_bar import shares
from ui.theme import Theme

DAY_S = 86_400


@pytest.fixture
def asked() -> RecordingDashboardCommands:
    return RecordingDashboardCommands()


@pytest.fixture
def tab(qtbot: QtBot, theme: Theme, asked: RecordingDashboardCommands) -> SavingsTab:
    tab = SavingsTab(theme, asked, states.book().prices)
    qtbot.addWidget(tab)
    qtbot.addWidget(tab.compare)
    tab.resize(1144, 1200)
    tab.show_view(states.view())
    tab.show_settings(Settings(grams_co2_per_kwh=380.0, subtract_idle=False, idle_w=45.0))
    tab.show()
    look()
    return tab


def texts(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]


def type_into(qtbot: QtBot, field: QWidget, text: str) -> None:
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


# The sum


def test_lines_of_the_ledger_add_up_to_each_sum() -> None:
    for view in (states.view(), states.bought(), states.negative()):
        month = period(view.money, "month")
        assert month is not None
        lines = added_lines(month, view.money.hardware)
        would = next(n for n, line in enumerate(lines) if line.is_sum)
        cloud = sum(line.usd for line in lines[:would])
        assert cloud == pytest.approx(lines[would].usd)
        costs = sum(line.usd for line in lines[would + 1 : -1])
        assert cloud + costs == pytest.approx(lines[-1].usd)
        assert lines[-1].usd == month.savings.saved_usd


def test_the_computer_is_a_cost_of_days_but_of_no_answer() -> None:
    money = states.bought().money
    for name, costs in (("answer", 1), ("chat", 1), ("today", 2), ("month", 2), ("ever", 2)):
        found = period(money, name)
        assert found is not None
        lines = added_lines(found, money.hardware)
        would = next(n for n, line in enumerate(lines) if line.is_sum)
        assert len(lines) - would - 2 == costs
        assert lines[would].usd == pytest.approx(found.savings.cloud_cost_usd)


def test_a_saving_explains_itself_by_its_lines_and_assumptions() -> None:
    money = states.money()
    month = period(money, "month")
    assert month is not None
    explained = explained_saving(month, money.hardware)
    assert explained.title == "Saved, November"
    assert ("Answer tokens", "660,412 × $10.00 / 1M = $6.6041") in explained.inputs  # noqa: RUF001
    assert explained.inputs[-1] == ("Saved", "$10.3684")
    assert explained.sources == month.savings.assumptions


# What stands there


def test_each_period_says_what_it_saved(tab: SavingsTab) -> None:
    shown = {name: cell.number.text() for name, cell in tab.saved.large.items()}
    assert shown == {"today": "$0.45", "month": "$10.37", "ever": "$59.48"}
    small = {name: one.number.text() for name, one in tab.saved.small.items()}
    assert small == {"answer": "$0.0083", "chat": "$0.0933"}
    assert tab.saved.large["month"].number.accessibleName() == "Saved, November: $10.37"
    assert tab.saved.large["month"].tokens.text() == "2,570,645 tokens"


def test_a_period_without_runs_is_left_out(tab: SavingsTab) -> None:
    money = states.money()
    fewer = tuple(p for p in money.periods if p.name not in ("answer", "chat"))
    tab.show_view(states.view(periods=fewer))
    look()
    assert not tab.saved.small["chat"].isVisible()
    assert tab.saved.large["ever"].isVisible()


def test_a_negative_saving_has_a_true_minus(tab: SavingsTab) -> None:
    tab.show_view(states.negative())
    look()
    assert tab.saved.large["month"].number.text() == f"{number_text.MINUS}$27.19"
    assert tab.ledger.rows[-1].money.text() == f"{number_text.MINUS}$27.19"
    assert [row.label.text() for row in tab.ledger.rows] == [
        "Answer tokens",
        "DeepSeek-R1 would cost",
        "Electricity",
        "Computer, written off",
        "Saved",
    ]
    assert "-" not in tab.saved.large["today"].number.text()


@pytest.mark.parametrize(
    ("estimated", "said"),
    [
        (0.0, "after electricity"),
        (0.4, "after partly estimated electricity"),
        (1.0, "after estimated electricity"),
    ],
)
def test_an_estimate_is_marked_as_one(tab: SavingsTab, estimated: float, said: str) -> None:
    price = states.book().reference("openai-gpt-4o")
    tab.show_view(states.view(periods=states.periods(price, estimated=estimated)))
    assert tab.saved.head.line.text().endswith(said)
    assert ("estimated" in tab.ledger.note.full_text()) == (estimated > 0)


def test_the_computer_is_named_where_it_counts(tab: SavingsTab) -> None:
    assert "computer itself is not counted" in tab.ledger.note.full_text()
    tab.show_view(states.bought())
    assert tab.saved.head.line.text().endswith("after electricity and the computer")
    assert "computer" not in tab.ledger.note.full_text()


def test_the_table_elsewhere_has_every_row_of_the_view(tab: SavingsTab) -> None:
    rows = tab.elsewhere.rows
    assert [row.name.text() for row in rows] == [r.name for r in states.view().money.elsewhere]
    assert rows[0].month.text() == "$63.47"
    assert rows[0].bar.share == 1.0
    assert rows[3].prompt.text() == number_text.EN_DASH
    assert rows[3].prompt.focusPolicy() == Qt.FocusPolicy.NoFocus
    assert rows[-1].name.text() == "This machine"
    assert tab.elsewhere.head.title.text() == "Your November tokens, elsewhere"


def test_fewer_rows_leave_none_behind(tab: SavingsTab) -> None:
    money = states.money()
    tab.show_view(states.view(elsewhere=money.elsewhere[:3]))
    look()
    assert len(tab.elsewhere.rows) == 3
    assert "DeepSeek-R1" not in texts(tab.elsewhere)


def test_published_and_measured_stand_apart_and_the_note_beside_its_row(tab: SavingsTab) -> None:
    rows = tab.month.rows
    assert [row.source.text() for row in rows] == [*["published"] * 3, "measured rate"]
    assert [row.cost.text() for row in rows] == ["$3,000+", "$1,200", "$400", "$24"]
    assert rows[2].note.isVisible()
    assert "do not fit in 80 GB" in rows[2].note.full_text()
    assert "do not fit in 80 GB" in rows[2].cost.accessibleName()
    assert not rows[0].note.isVisible()
    assert tab.month.head.title.text() == "One million requests in a month"


def test_what_no_machine_measured_is_no_zero(tab: SavingsTab) -> None:
    tab.show_view(states.empty())
    here = tab.month.rows[-1]
    assert here.cost.text() == number_text.EN_DASH
    assert here.bar.share is None
    assert "a request on this machine" not in tab.month.head.line.text()


def test_before_the_first_answer_there_is_no_sample_data(qtbot: QtBot, tab: SavingsTab) -> None:
    tab.show_view(states.empty())
    look()
    assert not tab.saved.isVisible()
    assert not tab.elsewhere.isVisible()
    assert not tab.ledger.isVisible()
    assert "Numbers appear after the first answer." in tab.empty.findChildren(QLabel)[1].text()
    with qtbot.waitSignal(tab.chat_wanted):
        click(qtbot, tab.empty.chat)


def test_an_old_price_list_is_amber_and_asks_to_be_updated(qtbot: QtBot, tab: SavingsTab) -> None:
    assert tab.ledger.checked.property("tone") == "tertiary"
    assert tab.ledger.change.text() == "Change prices"
    tab.show_view(states.old_prices())
    look()
    assert tab.ledger.checked.property("tone") == "warn"
    assert tab.ledger.checked.full_text() == "Prices checked 30 Sep 2026, over 30 days ago"
    assert tab.ledger.old_mark.isVisible()
    assert tab.ledger.change.text() == "Update prices"
    with qtbot.waitSignal(tab.prices_wanted):
        click(qtbot, tab.ledger.change)


# The days


def test_bars_below_zero_hang_below_the_line(tab: SavingsTab) -> None:
    tab.show_view(states.negative())
    look()
    bars = tab.saved.bars
    up, down = bars.bar_box(0), bars.bar_box(4)
    assert up.bottom() <= down.top()
    assert down.height() > up.height()
    assert down.bottom() <= bars.height()


def test_the_days_are_also_a_table_in_words(tab: SavingsTab) -> None:
    said = tab.saved.bars.accessibleDescription()
    assert said.startswith("1 Nov $0.52; 2 Nov $0.71")
    assert said.endswith("yesterday $0.77; today $0.48")
    assert tab.saved.day.full_text() == "Saved by day. Best: $1.29 on 11 Nov"


def test_the_table_of_days_stays_short_and_whole() -> None:
    days = states.days((*([0.0] * 3), *([0.1] * 20)))
    explained = explained_days(days, states.NOW_S)
    assert explained is not None
    assert explained.inputs[0] == ("today", "$0.10")
    assert explained.inputs[-1] == ("Earlier this month", "$1.00")
    assert len(explained.inputs) == 11
    assert explained_days((DayAmount(states.NOW_S, 0.0),), states.NOW_S) is None


def test_no_day_is_best_when_all_cost_more() -> None:
    assert best_day(states.days((-0.2, 0.0, -0.1))) is None
    assert best_day(()) is None


# Every number opens


def test_each_number_opens_its_formula(qtbot: QtBot, tab: SavingsTab) -> None:
    numbers = [
        tab.saved.large["month"].number,
        tab.saved.small["chat"].number,
        tab.elsewhere.rows[0].month,
        tab.elsewhere.rows[0].prompt,
        tab.month.rows[0].cost,
    ]
    for number in numbers:
        click(qtbot, number)
        popover = tab.findChild(Popover)
        assert popover is not None
        assert popover.isVisible()
        assert any("=" in text or "times" in text for text in texts(popover))
        popover.close()
        look()


def test_a_number_opens_by_keyboard(qtbot: QtBot, tab: SavingsTab) -> None:
    number = tab.saved.large["today"].number
    number.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(number, Qt.Key.Key_Return)
    popover = tab.findChild(Popover)
    assert popover is not None
    assert popover.accessibleName() == "Saved, Today"
    qtbot.keyClick(popover, Qt.Key.Key_Escape)
    look()
    assert tab.findChild(Popover) is None


# What it asks for


def test_all_prices_can_be_compared_with(
    tab: SavingsTab, asked: RecordingDashboardCommands
) -> None:
    prices = states.book().prices
    assert tab.compare.count() == len(prices)
    assert tab.compare.sentence() == "Compare with GPT-4o (OpenAI list price, 2025)"
    tab.compare.activated.emit(1)
    assert asked.calls == [("compare_with", prices[1].id)]


def test_a_price_that_is_no_longer_in_the_list_is_named(tab: SavingsTab) -> None:
    tab.show_view(states.view(reference_id="gone", reference_label="Gone (mine)"))
    assert tab.compare.sentence() == "Compare with Gone (mine)"


def test_price_and_years_of_the_computer(
    qtbot: QtBot, tab: SavingsTab, asked: RecordingDashboardCommands
) -> None:
    tab.show_view(states.bought())
    type_into(qtbot, tab.hardware.price.field, "2500")
    tab.show_view(states.view(hardware=replace(states.COMPUTER, price_usd=2500.0)))
    type_into(qtbot, tab.hardware.years.field, "3")
    assert asked.calls == [("set_hardware", 2500.0, 4), ("set_hardware", 2500.0, 3.0)]


def test_energy_choices_keep_what_was_not_changed(
    qtbot: QtBot, tab: SavingsTab, asked: RecordingDashboardCommands
) -> None:
    type_into(qtbot, tab.energy.grams.field, "52")
    click(qtbot, tab.energy.subtract)
    type_into(qtbot, tab.energy.idle.field, "60")
    assert asked.calls == [
        ("set_energy", 52.0, False, 45.0),
        ("set_energy", 380.0, True, 45.0),
        ("set_energy", 380.0, False, 60.0),
    ]


@pytest.mark.parametrize(
    ("hardware", "said"),
    [
        (Hardware(years=4), "Without a price, only electricity counts as a cost."),
        (
            Hardware(1999, 4, saved_usd=64, day_s=states.NOW_S + 10 * DAY_S),
            "At this rate it will have paid for itself on 24 Nov 2026.",
        ),
        (Hardware(1999, 4, saved_usd=-3), "At this rate it never pays for itself."),
        (
            Hardware(50, 4, saved_usd=64, day_s=states.NOW_S - DAY_S),
            "It has paid for itself on 13 Nov 2026.",
        ),
    ],
)
def test_break_even_in_a_sentence(hardware: Hardware, said: str) -> None:
    assert break_even(hardware, states.NOW_S) == said


def test_shares_are_of_the_greatest() -> None:
    assert shares([4.0, None, 1.0, -1.0]) == [1.0, None, 0.25, 0.0]
    assert shares([None]) == [None]
    assert shares([0.0]) == [None]


# Room


@pytest.mark.parametrize("width", [624, 1144, 1440])
def test_nothing_is_wider_than_its_room(tab: SavingsTab, width: int) -> None:
    tab.show_view(states.negative())
    tab.resize(width, 1800)
    look()
    assert tab.width() == width
    for child in tab.findChildren(QWidget):
        if child.isVisible() and child.window() is tab.window():
            right = child.mapTo(tab, child.rect().topRight()).x()
            assert right < width, child
