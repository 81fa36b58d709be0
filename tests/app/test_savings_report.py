"""Savings by the stored settings and prices, and over a conversation."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from app.conversation_savings import ConversationSavings
from app.paths import Paths
from app.prices import SHIPPED_PRICES, Price, load_prices, save_user_price
from app.savings_report import SavingsReport
from app.session_state import Conversation, MessageView
from app.settings import Settings, save_settings
from runtime.protocol.messages import GenerationStats
from tests.app.answers import answer

MINE = Price("mine", "My provider", input_usd_per_million=2.0, output_usd_per_million=8.0)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths.beneath(tmp_path)


def files(paths: Paths) -> set[Path]:
    return {path for path in paths.config_dir.parent.rglob("*") if path.is_file()}


def test_without_any_file_the_defaults_hold(paths: Paths) -> None:
    report = SavingsReport.for_user(paths)
    assert (report.settings, report.problems) == (Settings(), ())
    saved = report.of_answer(answer(3_600, completion_tokens=1_000_000))
    assert saved.reference_id == Settings().reference_price
    assert saved.cloud_cost_usd == pytest.approx(10.0)
    assert saved.local_cost_usd == pytest.approx(0.0003)
    assert files(paths) == set()


def test_the_users_own_price_and_electricity_count(paths: Paths) -> None:
    save_settings(
        paths.settings_file, Settings(reference_price="mine", electricity_usd_per_kwh=0.1)
    )
    save_user_price(paths.prices_file, MINE)
    before = files(paths)
    saved = SavingsReport.for_user(paths).of_answer(
        answer(3_600_000, prompt_tokens=500_000, cached_tokens=100_000, completion_tokens=250_000)
    )
    assert saved.reference_label == "My provider"
    assert saved.cloud_cost_usd == pytest.approx(1.0 + 2.0)
    assert saved.local_cost_usd == pytest.approx(0.1)
    assert files(paths) == before


def test_a_price_that_is_gone_is_said(paths: Paths) -> None:
    save_settings(paths.settings_file, Settings(reference_price="deleted"))
    saved = SavingsReport.for_user(paths).of_answer(answer())
    assert saved.reference_id == "ainews-gpt-4o"
    assert saved.assumptions[0] == (
        'The chosen price "deleted" is no longer in the list, so GPT-4o (AINews, 2025) is used.'
    )


def test_damaged_files_are_told_and_left_where_they_are(paths: Paths) -> None:
    paths.config_dir.mkdir(parents=True)
    paths.settings_file.write_text("{")
    paths.prices_file.write_text('{"prices": 5}')
    report = SavingsReport.for_user(paths)
    assert [problem.kind for problem in report.problems] == [
        "settings_unreadable",
        "prices_unreadable",
    ]
    assert report.of_answer(answer()).reference_id == Settings().reference_price
    assert files(paths) == {paths.settings_file, paths.prices_file}


def chat(*messages: MessageView) -> Conversation:
    return Conversation(1, "A chat", messages)


def turn(number: int, stats: GenerationStats | None) -> MessageView:
    return MessageView(number, "assistant" if stats else "user", "text", stats=stats)


def test_a_conversation_is_the_sum_of_its_answers(paths: Paths) -> None:
    prices, _ = load_prices(SHIPPED_PRICES, paths.prices_file)
    accountant = ConversationSavings(prices)
    conversation = chat(
        turn(1, None),
        turn(2, answer(3_600, completion_tokens=100_000)),
        turn(3, None),
        turn(4, answer(7_200, completion_tokens=200_000)),
    )
    saved = accountant.of(conversation, Settings())
    assert saved is not None
    assert saved.cloud_cost_usd == pytest.approx(3.0)
    assert saved.local_cost_usd == pytest.approx(0.0009)

    dearer = accountant.of(conversation, replace(Settings(), reference_price="ainews-o1"))
    assert dearer is not None
    assert dearer.cloud_cost_usd == pytest.approx(4.5)


def test_nothing_answered_yet_is_nothing_to_show(paths: Paths) -> None:
    prices, _ = load_prices(SHIPPED_PRICES, paths.prices_file)
    accountant = ConversationSavings(prices)
    assert accountant.of(chat(), Settings()) is None
    assert accountant.of(chat(turn(1, None), turn(2, None)), Settings()) is None


def test_answers_that_were_replaced_or_continued_count_too(paths: Paths) -> None:
    prices, _ = load_prices(SHIPPED_PRICES, paths.prices_file)
    conversation = Conversation(
        1,
        "A chat",
        (turn(1, None), turn(2, answer(3_600, completion_tokens=100_000))),
        spent=(answer(3_600, completion_tokens=200_000),),
    )
    saved = ConversationSavings(prices).of(conversation, Settings())
    assert saved is not None
    assert saved.cloud_cost_usd == pytest.approx(3.0)
    assert saved.local_cost_usd == pytest.approx(0.0006)
    dropped = conversation.before(conversation.last_answer)
    assert ConversationSavings(prices).of(dropped, Settings()) == saved


def test_an_unknown_reference_is_said_in_the_panel_too(paths: Paths) -> None:
    prices, _ = load_prices(SHIPPED_PRICES, paths.prices_file)
    saved = ConversationSavings(prices).of(
        chat(turn(1, answer())), Settings(reference_price="deleted")
    )
    assert saved is not None
    assert "no longer in the list" in saved.assumptions[0]
