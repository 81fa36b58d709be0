"""The stored runs as the dashboard keeps them, and what counting experts cost them."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from msgspec.structs import replace

from app.dashboard.run import Run, RunFacts
from app.dashboard.run_book import LEAST_COMPARED, LEAST_TOKENS, RunBook, capture_cost_percent
from tests.dashboard.ledger_runs import run, stats

DAY = "2026-11-20 12:00"


def numbered(run_id: int, model: str = "a", when: str = DAY) -> Run:
    return run(when, model=model, run_id=run_id)


def test_before_the_first_there_is_nothing() -> None:
    book = RunBook()
    assert (book.count, book.last_id, book.last_model) == (0, 0, "")
    assert (book.models, book.every, book.of_model("a")) == ((), (), ())
    assert not book.add(())
    assert RunBook((numbered(3), numbered(7))).last_id == 7


def test_each_run_counts_once() -> None:
    book = RunBook()
    first, second, third = (numbered(n) for n in (1, 2, 3))
    assert book.add((first, second))
    assert not book.add((first, second))
    # Two readings may have begun after the same run.
    assert book.add((second, third))
    assert book.every == (first, second, third)
    assert (book.count, book.last_id, book.sums.ever.runs) == (3, 3, 3)


def test_runs_by_model_the_one_that_answered_last_first() -> None:
    book = RunBook()
    book.add((numbered(1, "a"), numbered(2, "b"), numbered(3, "c"), numbered(4, "a")))
    assert book.models == ("a", "c", "b")
    assert [one.id for one in book.of_model("a")] == [1, 4]
    assert [one.id for one in book.every] == [1, 2, 3, 4]
    book.add((numbered(5, "b"),))
    assert book.models == ("b", "a", "c")
    assert book.last_model == "b"


def test_an_answer_stored_late_is_not_the_last_one() -> None:
    """Its number is larger, but it ended earlier."""
    book = RunBook()
    book.add((numbered(1, "a", "2026-11-20 13:00"), numbered(2, "b", "2026-11-20 12:00")))
    assert book.last_model == "a"
    assert book.last_id == 2


def speeds(
    rates: Iterable[float | None], *, counted: bool, placement: str = "p", tokens: int = 100
) -> list[Run]:
    facts = RunFacts(placement=placement, experts_captured=counted)
    return [
        replace(run(DAY, stats(decode_rate=rate, answer=tokens)), facts=facts) for rate in rates
    ]


PLAIN = speeds((40.0, 50.0, 60.0), counted=False)
COUNTED = speeds((46.0, 45.0, 20.0), counted=True)


@pytest.mark.parametrize(
    ("runs", "percent"),
    [
        ([], None),
        (PLAIN, None),
        (COUNTED, None),
        (PLAIN + COUNTED, 10.0),
        (COUNTED + PLAIN, 10.0),
        (PLAIN + COUNTED[: LEAST_COMPARED - 1], None),
        (PLAIN[: LEAST_COMPARED - 1] + COUNTED, None),
        # Counting that seems to help is shown as what it was measured to be.
        (PLAIN + speeds((55.0,) * 3, counted=True), -10.0),
        # Without a speed, or too short for one: they say nothing.
        (PLAIN + COUNTED + speeds((None,) * 9, counted=True), 10.0),
        (PLAIN + COUNTED + speeds((1.0,) * 9, counted=True, tokens=LEAST_TOKENS - 1), 10.0),
        # Of another placement: the newest one's is the one that is asked about.
        (speeds((500.0,) * 9, counted=False, placement="old") + PLAIN + COUNTED, 10.0),
        (PLAIN + COUNTED + speeds((9.0,), counted=False, placement="new"), None),
        # Only the newest dozen of each side.
        (speeds((900.0,) * 30, counted=False) + PLAIN * 4 + COUNTED, 10.0),
    ],
)
def test_what_counting_cost(runs: list[Run], percent: float | None) -> None:
    assert capture_cost_percent(runs) == (percent if percent is None else pytest.approx(percent))
