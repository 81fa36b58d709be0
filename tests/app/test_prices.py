"""The price list: what ships, what the user adds, and damaged files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.prices import (
    SHIPPED_PRICES,
    SHIPPED_WORDS,
    Price,
    load_prices,
    look_at_prices,
    remove_user_price,
    save_user_price,
)
from app.settings import Settings
from runtime.errors import CoterieError

MINE = Price(
    "mine", "My provider", input_usd_per_million=0.2, output_usd_per_million=0.8, source="invoice"
)


@pytest.fixture
def user_file(tmp_path: Path) -> Path:
    return tmp_path / "prices.json"


def test_the_published_tables_are_carried_over(user_file: Path) -> None:
    book, problem = load_prices(SHIPPED_PRICES, user_file)
    assert problem is None
    ainews = {p.name: p for p in book.prices if p.source == "AINews, 2025"}
    assert {name: price.output_usd_per_million for name, price in ainews.items()} == {
        "GPT-4o": 10.00,
        "OpenAI o1": 15.00,
        "DeepSeek-R1": 0.55,
    }
    assert all(price.input_usd_per_million is None for price in ainews.values())
    assert [
        (c.name, c.hardware, c.usd_per_month, c.at_least, c.requests_per_month, c.source)
        for c in book.monthly_costs
    ] == [
        ("Llama 3.1 70B", "2×A100 80GB", 1200, False, 1_000_000, "AINews, 2025"),  # noqa: RUF001
        ("DeepSeek-V3", "1×A100 80GB", 400, False, 1_000_000, "AINews, 2025"),  # noqa: RUF001
        ("GPT-4 Turbo", "", 3000, True, 1_000_000, "AINews, 2025"),
    ]


def test_vendors_list_prices_stand_beside_them(user_file: Path) -> None:
    book, _ = load_prices(SHIPPED_PRICES, user_file)
    listed = {
        p.id: (
            p.input_usd_per_million,
            p.cached_input_usd_per_million,
            p.output_usd_per_million,
        )
        for p in book.prices
        if p.kind == "list"
    }
    assert listed == {
        "openai-gpt-4o": (2.50, 1.25, 10.00),
        "openai-o1": (15.00, 7.50, 60.00),
        "openai-gpt-4-turbo": (10.00, None, 30.00),
        "deepseek-r1": (0.55, 0.14, 2.19),
    }
    labels = [price.label for price in book.prices]
    assert len(set(labels)) == len(labels)
    assert all(price.source and price.date for price in book.prices)


def test_the_default_reference_is_there(user_file: Path) -> None:
    book, _ = load_prices(SHIPPED_PRICES, user_file)
    assert book.find(Settings().reference_price) is not None
    assert book.reference("deleted-since") == book.prices[0]


def test_the_user_adds_changes_and_takes_back(user_file: Path) -> None:
    cheaper = Price("openai-gpt-4o", "GPT-4o", output_usd_per_million=5.0)
    assert save_user_price(user_file, MINE) is None
    assert save_user_price(user_file, cheaper) is None
    book, _ = load_prices(SHIPPED_PRICES, user_file)
    assert book.find("mine") == MINE
    assert book.find("openai-gpt-4o") == cheaper
    assert len({price.id for price in book.prices}) == len(book.prices)

    remove_user_price(user_file, "openai-gpt-4o")
    remove_user_price(user_file, "never-there")
    book, _ = load_prices(SHIPPED_PRICES, user_file)
    listed = book.find("openai-gpt-4o")
    assert listed is not None
    assert listed.output_usd_per_million == 10.0
    assert book.find("mine") == MINE


def test_what_a_newer_version_wrote_stays(user_file: Path) -> None:
    user_file.write_text(
        '{"currencies": ["EUR"], "prices": [{"id": "mine", "name": "x", "colour": "red",'
        ' "output_usd_per_million": 1}]}'
    )
    save_user_price(user_file, MINE)
    stored = json.loads(user_file.read_text())
    assert stored["currencies"] == ["EUR"]
    assert stored["prices"][0]["colour"] == "red"
    assert load_prices(SHIPPED_PRICES, user_file)[0].find("mine") == MINE


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('{"id": "a", "name": "A"}', '"a" has neither an input nor an output price'),
        (
            '{"id": "a", "name": "A", "input_usd_per_million": 1, "date": "May"}',
            '"May" is not a date such as 2026-11-24',
        ),
    ],
)
def test_what_is_wrong_with_an_entry_is_told(user_file: Path, entry: str, said: str) -> None:
    user_file.write_text(f'{{"prices": [{entry}]}}', encoding="utf-8")
    _, problem = look_at_prices(SHIPPED_PRICES, user_file)
    assert problem is not None
    assert said in problem.message


def test_words_of_the_shipped_list_can_be_translated(user_file: Path) -> None:
    book, _ = look_at_prices(SHIPPED_PRICES, user_file)
    said = {price.note for price in book.prices} | {price.source for price in book.prices}
    assert said - {"AINews, 2025"} == set(SHIPPED_WORDS)


def test_the_users_file_changes_and_adds_monthly_costs(user_file: Path) -> None:
    user_file.write_text(
        '{"monthly_costs": ['
        '{"id": "ainews-month-deepseek-v3", "name": "DeepSeek-V3", "usd_per_month": 500,'
        ' "requests_per_month": 1000000},'
        '{"id": "mine", "name": "Mine", "usd_per_month": 9, "requests_per_month": 5}]}'
    )
    book, _ = load_prices(SHIPPED_PRICES, user_file)
    costs = {cost.id: cost.usd_per_month for cost in book.monthly_costs}
    assert costs == {
        "ainews-month-llama-3.1-70b": 1200,
        "ainews-month-deepseek-v3": 500,
        "ainews-month-gpt-4-turbo": 3000,
        "mine": 9,
    }


WRONG = [
    "{",
    "[]",
    '{"prices": [{"id": "a"}]}',
    '{"prices": [{"id": "a", "name": "A"}]}',
    '{"prices": [{"id": "", "name": "A", "output_usd_per_million": 1}]}',
    '{"prices": [{"id": "a", "name": "A", "output_usd_per_million": -1}]}',
    '{"prices": [{"id": "a", "name": "A", "output_usd_per_million": "free"}]}',
    '{"prices": [{"id": "a", "name": "A", "output_usd_per_million": 1, "date": "soon"}]}',
    '{"prices": [{"id": "a", "name": "A", "output_usd_per_million": 1, "kind": "guess"}]}',
]


@pytest.mark.parametrize("content", WRONG)
def test_a_wrong_user_file_is_set_aside_and_told(user_file: Path, content: str) -> None:
    user_file.write_text(content)
    looked_at, problem = look_at_prices(SHIPPED_PRICES, user_file)
    assert looked_at.find("ainews-gpt-4o") is not None
    assert problem is not None
    assert problem.kind == "prices_unreadable"
    assert str(user_file) in problem.message
    assert user_file.read_text() == content

    book, problem = load_prices(SHIPPED_PRICES, user_file)

    assert book.find("ainews-gpt-4o") is not None
    assert problem is not None
    assert problem.kind == "prices_set_aside"
    (kept,) = user_file.parent.iterdir()
    assert kept.name.startswith("prices.json.invalid-")
    assert kept.name in problem.message
    assert kept.read_text() == content


def test_saving_over_a_damaged_file_keeps_it_aside(user_file: Path) -> None:
    user_file.write_text("{")
    problem = save_user_price(user_file, MINE)
    assert problem is not None
    assert load_prices(SHIPPED_PRICES, user_file)[0].find("mine") == MINE
    assert len(list(user_file.parent.iterdir())) == 2


@pytest.mark.parametrize("content", [None, "{", '{"prices": []}'])
def test_a_damaged_installation_is_said(
    tmp_path: Path, user_file: Path, content: str | None
) -> None:
    shipped = tmp_path / "shipped.json"
    if content is not None:
        shipped.write_text(content)
    with pytest.raises(CoterieError) as caught:
        load_prices(shipped, user_file)
    assert caught.value.problem.kind == "prices_missing"
