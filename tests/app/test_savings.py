"""The sum behind "saved"."""

from __future__ import annotations

import pytest

from app.prices import Price
from app.savings import Usage, savings
from runtime.protocol.messages import GenerationStats
from tests.app.answers import answer

OUTPUT_ONLY = Price("a", "GPT-4o", output_usd_per_million=10.0, source="AINews, 2025")
INPUT_ONLY = Price("i", "Input", input_usd_per_million=4.0)
FULL = Price(
    "f",
    "GPT-4o",
    input_usd_per_million=2.5,
    cached_input_usd_per_million=1.25,
    output_usd_per_million=10.0,
)
NO_CACHED_PRICE = Price("n", "N", input_usd_per_million=2.0, output_usd_per_million=10.0)


@pytest.mark.parametrize(
    ("price", "usage", "kwh_price", "cloud", "local"),
    [
        (OUTPUT_ONLY, Usage(1_000_000, 0, 1896, joules=10_800), 0.30, 0.01896, 0.0009),
        (OUTPUT_ONLY, Usage(), 0.30, 0.0, 0.0),
        (FULL, Usage(1_000_000, 400_000, 100_000), 0.30, 1.5 + 0.5 + 1.0, 0.0),
        (FULL, Usage(1_000_000, 0, 0), 0.30, 2.5, 0.0),
        (NO_CACHED_PRICE, Usage(1_000_000, 400_000, 0), 0.30, 2.0, 0.0),
        (INPUT_ONLY, Usage(500_000, 0, 77), 0.30, 2.0, 0.0),
        # Electricity dearer than the cloud: shown as the loss it is.
        (OUTPUT_ONLY, Usage(10, 0, 1, joules=3_600_000), 0.30, 0.00001, 0.30),
        (OUTPUT_ONLY, Usage(0, 0, 1_000_000, joules=3_600_000), 0.0, 10.0, 0.0),
    ],
)
def test_sum(price: Price, usage: Usage, kwh_price: float, cloud: float, local: float) -> None:
    result = savings(price, usage, kwh_price)
    assert result.cloud_cost_usd == pytest.approx(cloud)
    assert result.local_cost_usd == pytest.approx(local)
    assert result.saved_usd == pytest.approx(cloud - local)
    assert sum(line.usd for line in result.lines) == pytest.approx(result.saved_usd)
    assert result.currency == "USD"
    assert result.reference_id == price.id


def test_the_ledger_of_an_article_price() -> None:
    result = savings(OUTPUT_ONLY, Usage(1204, 1011, 1896, joules=10_800), 0.30)
    assert [(line.label, line.arithmetic) for line in result.lines] == [
        ("Answer tokens", "1,896 × $10.00 / 1M"),  # noqa: RUF001
        ("Electricity", "3.0 Wh × $0.30/kWh"),  # noqa: RUF001
    ]
    assert [line.usd for line in result.lines] == pytest.approx([0.01896, -0.0009])
    assert result.assumptions[0] == "The price of GPT-4o is from AINews, 2025."
    assert "The source gives no input price, so prompts count as free." in result.assumptions
    assert result.reference_name == "GPT-4o"
    assert result.reference_label == "GPT-4o (AINews, 2025)"


def test_the_ledger_of_a_full_price() -> None:
    result = savings(FULL, Usage(1204, 1011, 1896, joules=0.0), 0.305)
    assert [(line.label, line.arithmetic) for line in result.lines] == [
        ("Prompt tokens", "193 × $2.50 / 1M"),  # noqa: RUF001
        ("Cached prompt tokens", "1,011 × $1.25 / 1M"),  # noqa: RUF001
        ("Answer tokens", "1,896 × $10.00 / 1M"),  # noqa: RUF001
        ("Electricity", "0.0 Wh × $0.305/kWh"),  # noqa: RUF001
    ]
    assert str(result.lines[-1].usd) == "0.0"
    assert any("cached by the cloud too" in text for text in result.assumptions)


def test_cached_tokens_without_a_price_of_their_own_are_said() -> None:
    result = savings(NO_CACHED_PRICE, Usage(1000, 900, 0), 0.30)
    assert result.lines[0].arithmetic == "1,000 × $2.00 / 1M"  # noqa: RUF001
    assert any("full input price" in text for text in result.assumptions)
    fresh = savings(NO_CACHED_PRICE, Usage(1000, 0, 0), 0.30)
    assert not any("Cached" in text for text in fresh.assumptions)


@pytest.mark.parametrize(
    ("joules", "shown"),
    [
        (0.36, "0.0001 Wh"),
        (0.1, "<0.0001 Wh"),
        (151, "0.042 Wh"),
        (3_600_000, "1.00 kWh"),
        (4_500_000, "1.25 kWh"),
        (3_599_000, "999.7 Wh"),
    ],
)
def test_energy_in_words(joules: float, shown: str) -> None:
    result = savings(OUTPUT_ONLY, Usage(joules=joules), 0.30)
    assert result.lines[-1].arithmetic.startswith(f"{shown} ")


def test_usage_adds_up_answers() -> None:
    usage = Usage.of(
        [answer(30.0, "measured", "counter"), answer(10.0, "estimated", "8 W a core")] * 2
    )
    assert usage == Usage(400, 160, 28, 80.0, 20.0, ("counter", "8 W a core"))
    assert Usage.of([]) == Usage()


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([answer(30.0, "measured", "counter")], "Electricity is measured: counter."),
        ([answer(30.0, "estimated", "8 W")], "Electricity is estimated: 8 W."),
        (
            [answer(30.0, "measured", "counter"), answer(10.0, "estimated", "8 W")],
            "Electricity is partly estimated (25%): counter; 8 W.",
        ),
        ([], "No electricity was counted."),
    ],
)
def test_where_the_energy_comes_from_is_said(answers: list[GenerationStats], said: str) -> None:
    assert said in savings(OUTPUT_ONLY, Usage.of(answers), 0.30).assumptions


@pytest.mark.parametrize(
    ("answers", "share"),
    [
        ((), 0.0),
        ((answer(10),), 0.0),
        ((answer(10), answer(30, "estimated")), 0.75),
        ((answer(0.1, "estimated"), answer(0.2, "estimated"), answer(0.3, "estimated")), 1.0),
    ],
)
def test_the_share_of_electricity_that_is_estimated(
    answers: tuple[GenerationStats, ...], share: float
) -> None:
    assert savings(FULL, Usage.of(answers), 0.30).estimated_share == share
