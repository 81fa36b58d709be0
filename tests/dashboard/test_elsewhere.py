"""This month's tokens at other prices, by hand."""

from __future__ import annotations

import pytest

from app.dashboard.elsewhere import elsewhere
from app.dashboard.state import ElsewhereRow
from tests.dashboard.ledger_runs import reckoning, run, stats

# Twice 1,000 prompt tokens, 400 of them cached, and 501 answer tokens; 3,600 J in 20 s each.
RUNS = (run("2026-11-02 10:00"), run("2026-11-25 10:00"), run("2026-10-31 10:00"))


def rows() -> dict[str, ElsewhereRow]:
    return {row.name: row for row in elsewhere(reckoning(*RUNS))}


def test_the_month_at_every_price_the_dearest_first() -> None:
    found = rows()
    assert list(found) == ["Article", "Cloud", "Mine", "This machine"]
    assert {name: row.month_usd for name, row in found.items()} == pytest.approx(
        {
            "Article": 1002 * 20 / 1e6,
            "Cloud": (1200 * 2 + 800 * 1 + 1002 * 10) / 1e6,
            "Mine": 2000 * 4 / 1e6,
            "This machine": 0.002 * 0.30,
        }
    )
    assert [(row.prompt_usd, row.answer_usd) for row in found.values()][:3] == [
        (None, 20.0),
        (2.0, 10.0),
        (4.0, None),
    ]
    assert [row.is_here for row in found.values()] == [False, False, False, True]
    assert found["Cloud"].vendor == "Cloud's list"


def test_a_price_without_one_side_says_so() -> None:
    found = rows()
    article, mine = found["Article"].explained, found["Mine"].explained
    assert article
    assert mine
    assert "The source gives no input price, so prompts count as free." in article.sources
    assert "The source gives no output price, so answers count as free." in mine.sources
    assert any(text.startswith("Cached prompt tokens count at the full") for text in mine.sources)
    assert not any(text.startswith("Cached prompt tokens") for text in article.sources)
    assert article.inputs == (("Answer tokens", "1,002 × $20.00 / 1M"),)  # noqa: RUF001


def test_a_token_here_costs_power_by_its_time() -> None:
    """180 W: at 300 tok/s 0.6 J a prompt token, at 50 tok/s 3.6 J an answer token."""
    here = rows()["This machine"]
    assert here.prompt_usd == pytest.approx(0.6e6 / 3.6e6 * 0.30)
    assert here.answer_usd == pytest.approx(3.6e6 / 3.6e6 * 0.30)
    assert here.explained
    assert ("Power while answering", "180 W") in here.explained.inputs


@pytest.mark.parametrize(
    "runs",
    [(), (run("2026-10-31 10:00"),), (run("2026-11-02 10:00", stats(joules=0.0)),)],
    ids=["no runs", "none this month", "no energy"],
)
def test_what_was_not_measured_has_no_price(runs) -> None:
    here = elsewhere(reckoning(*runs))[-1]
    assert here.prompt_usd is here.answer_usd is here.month_usd is None
    assert here.explained
    assert ("Power while answering", "not measured") in here.explained.inputs
