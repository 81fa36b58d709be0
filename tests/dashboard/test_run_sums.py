"""Sums of runs: the same whether added one by one or at once, and in whatever order."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.dashboard.run import Run
from app.dashboard.run_sums import RECENT_RUNS, RunSum, RunSums, counted_usage, joined
from app.savings import Usage
from app.settings import Settings
from tests.dashboard.ledger_runs import at, run, stats


def test_speeds_are_all_tokens_by_all_the_time_they_took() -> None:
    total = RunSum.of(
        [
            stats(prompt=700, cached=100, prompt_rate=300.0, answer=101, decode_rate=50.0),
            stats(prompt=400, cached=0, prompt_rate=100.0, answer=301, decode_rate=100.0),
        ]
    )
    assert (total.evaluated_tokens, total.prompt_s) == (1000, 6.0)
    assert (total.decoded_tokens, total.decode_s) == (400, 5.0)
    assert total.prompt_tokens_per_s == pytest.approx(1000 / 6)
    assert total.decode_tokens_per_s == 80.0
    assert (total.runs, total.elapsed_s) == (2, 40.0)


@pytest.mark.parametrize(
    "short",
    [
        stats(prompt_rate=None, decode_rate=None),
        stats(prompt=400, cached=400, answer=1),
        stats(answer=0, decode_rate=None),
    ],
    ids=["no rates", "all cached, one token", "cancelled in the prompt"],
)
def test_what_was_too_short_for_a_speed_has_none(short) -> None:
    total = RunSum.of([short])
    assert total.prompt_tokens_per_s is None
    assert total.decode_tokens_per_s is None
    assert RunSum().decode_tokens_per_s is None


RUNS = st.lists(
    st.builds(
        lambda days, tokens, joules, chat: run(
            at("2026-10-01 12:00") + 86_400.0 * days,
            stats(prompt=tokens * 2, cached=tokens, answer=tokens, joules=float(joules)),
            chat=chat,
        ),
        st.integers(0, 70),
        st.integers(1, 5000),
        st.integers(0, 10_000),
        st.sampled_from([None, 1, 2]),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(RUNS, st.randoms(use_true_random=False))
def test_one_by_one_in_any_order_is_the_same_as_at_once(runs: list[Run], random) -> None:
    at_once, one_by_one = RunSums(runs), RunSums()
    shuffled = list(runs)
    random.shuffle(shuffled)
    for each in shuffled:
        one_by_one.add(each)
    assert one_by_one.days.keys() == at_once.days.keys()
    for day in at_once.days:
        assert one_by_one.of_day(day).usage == at_once.of_day(day).usage
    for found in (at_once, one_by_one):
        assert found.ever.usage == Usage.of(r.stats for r in runs)
        assert joined(found.days.values()).usage == found.ever.usage
        assert found.of_chat(1).usage == Usage.of(r.stats for r in runs if r.conversation_id == 1)
    if runs:
        ends = [(s.first, s.last) for s in (one_by_one, at_once)]
        times = {tuple(run.ended_at_s for run in pair if run) for pair in ends}
        assert times == {
            (min(r.ended_at_s for r in runs), max(r.ended_at_s for r in runs)),
        }


def test_latest_runs_are_those_of_one_model() -> None:
    old = [run(f"2026-11-01 10:{n:02}", stats(decode_rate=10.0)) for n in range(5)]
    new = [run(f"2026-11-02 10:{n:02}", stats(decode_rate=50.0)) for n in range(RECENT_RUNS)]
    other = run("2026-11-01 09:00", stats(decode_rate=400.0), model="other")
    sums = RunSums([*new, *old, other])
    assert sums.recent().runs == RECENT_RUNS
    assert sums.recent().decode_tokens_per_s == pytest.approx(50.0)
    assert sums.recent("other").decode_tokens_per_s == pytest.approx(400.0)
    assert sums.recent("never ran") == RunSums().recent() == RunSum()


def test_a_run_of_a_deleted_chat_counts_in_its_days() -> None:
    sums = RunSums([run("2026-11-02 10:00", chat=None)])
    assert sums.chat_ends(7) is None
    assert sums.of_day(date(2026, 11, 2)).runs == sums.ever.runs == 1


@pytest.mark.parametrize(
    ("of", "idle_w", "wanted", "joules"),
    [
        (stats(joules=1000.0), 10.0, False, 1000.0),
        (stats(joules=1000.0), 10.0, True, 800.0),
        (stats(joules=150.0), 10.0, True, 0.0),
        (stats(joules=1000.0, source="estimated"), 10.0, True, 1000.0),
        (stats(joules=0.0), 10.0, True, 0.0),
    ],
    ids=["not wanted", "taken off", "never below zero", "not off an estimate", "nothing"],
)
def test_idle_power(of, idle_w: float, wanted: bool, joules: float) -> None:
    choice = Settings(subtract_idle=wanted, idle_w=idle_w)
    assert counted_usage(RunSum.of([of]), choice).joules == pytest.approx(joules)


def test_idle_power_is_taken_off_each_run_by_itself() -> None:
    """200 J of one, and all 150 J of the other: what it lacks isn't taken from the first."""
    choice = Settings(subtract_idle=True, idle_w=10.0)
    guess = stats(joules=70.0, source="estimated")
    total = RunSum.of([stats(joules=1000.0), stats(joules=150.0), guess])
    assert counted_usage(total, choice).joules == pytest.approx(870.0)
    assert counted_usage(joined([total, total]), choice).joules == pytest.approx(1740.0)
