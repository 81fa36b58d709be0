"""The speeds of one model run by run: what is shown, what changed, what was slow and why."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec
import pytest

from app.dashboard.history import LEAST_TOKENS, MOST_POINTS, speed_history
from app.dashboard.run import Run, RunFacts
from app.dashboard.state import SpeedMark
from tests.app.answers import answer

# A noon, so that the day is the same in every time zone but the furthest.
NOON_S = datetime(2026, 11, 11, 12, tzinfo=UTC).timestamp()
OLD, NEW = RunFacts(engine="0.3.35", placement="a"), RunFacts(engine="0.3.36", placement="a")
TUNED = RunFacts(engine="0.3.35", placement="b", tuned=True)
UNKNOWN = RunFacts()


def run(
    id_: int,
    speed: float | None = 40.0,
    facts: RunFacts = OLD,
    *,
    tokens: int = 200,
    context: int = 1_000,
    threads: int = 6,
) -> Run:
    stats = msgspec.structs.replace(
        answer(completion_tokens=tokens),
        decode_tokens_per_s=speed,
        context_used=context,
        n_threads=threads,
    )
    return Run(id_, NOON_S + id_, "m", stats, facts=facts)


def runs(*groups: tuple[Iterable[float], RunFacts]) -> list[Run]:
    speeds = [(speed, facts) for group, facts in groups for speed in group]
    return [run(at, speed, facts) for at, (speed, facts) in enumerate(speeds)]


def test_nothing_yet() -> None:
    history = speed_history((), "Tiny")
    assert (history.label, history.points, history.marks) == ("Tiny", (), ())
    assert (history.inside, history.predicted) == (0, 0)


def test_oldest_first_and_the_newest_of_many() -> None:
    every = [run(at, float(at + 1)) for at in range(MOST_POINTS + 5)]
    history = speed_history(reversed(every))
    assert [point.run_id for point in history.points] == list(range(5, MOST_POINTS + 5))
    first = history.points[0]
    assert (first.at_s, first.tokens_per_s, first.context_used) == (NOON_S + 5, 6.0, 1_000)
    assert history.explained is not None
    assert ("Older runs, not shown", "5") in history.explained.inputs


def test_short_answers_and_those_without_a_speed_are_left_out_and_said_to_be() -> None:
    every = [run(1, tokens=LEAST_TOKENS - 1), run(2, tokens=LEAST_TOKENS), run(3, None)]
    history = speed_history(every)
    assert [point.run_id for point in history.points] == [2]
    assert history.explained is not None
    assert ("Answers of fewer than 8 tokens, left out", "1") in history.explained.inputs
    assert "Answers of a few tokens say little about speed." in history.explained.sources
    all_told = speed_history([run(1)]).explained
    assert all_told is not None
    assert len(all_told.inputs) == 1


@pytest.mark.parametrize(
    ("groups", "marks"),
    [
        ([([40.0] * 3, OLD)], ()),
        ([([40.0] * 2, OLD), ([40.0] * 2, NEW)], (SpeedMark(2, "engine 0.3.36"),)),
        ([([40.0], OLD), ([50.0], TUNED)], (SpeedMark(1, "tuned, 11 Nov"),)),
        ([([40.0], TUNED), ([40.0], OLD)], (SpeedMark(1, "another plan, 11 Nov"),)),
        (
            [([40.0], OLD), ([40.0], RunFacts(engine="1.0", placement="b", tuned=True))],
            (SpeedMark(1, "engine 1.0, tuned, 11 Nov"),),
        ),
        # What was not kept of old runs is no change, and hides none.
        ([([40.0], UNKNOWN), ([40.0], OLD)], ()),
        ([([40.0], OLD), ([40.0], UNKNOWN), ([40.0], OLD)], ()),
        ([([40.0], OLD), ([40.0], UNKNOWN), ([40.0], NEW)], (SpeedMark(2, "engine 0.3.36"),)),
    ],
)
def test_what_changed_is_marked(
    groups: list[tuple[list[float], RunFacts]], marks: tuple[SpeedMark, ...]
) -> None:
    assert speed_history(runs(*groups)).marks == marks


@pytest.mark.parametrize(
    ("before", "after", "is_slower"),
    [
        ([40.0] * 10, [35.9] * 10, True),
        ([40.0] * 10, [36.0] * 10, False),
        ([40.0] * 10, [60.0] * 10, False),
        # One odd run on either side says nothing.
        ([40.0] * 10, [40.0] * 9 + [2.0], False),
        ([40.0] * 9 + [400.0], [38.0] * 10, False),
        # Only the ten next to it are asked.
        ([90.0] * 20 + [40.0] * 10, [39.0] * 10, False),
        ([40.0] * 10, [39.0] * 10 + [10.0] * 20, False),
        # Too few to tell.
        ([40.0] * 10, [10.0] * 2, False),
        ([40.0] * 2, [10.0] * 10, False),
        ([40.0] * 3, [10.0] * 3, True),
    ],
)
@pytest.mark.parametrize("changed", [NEW, TUNED])
def test_slower_by_more_than_a_tenth(
    before: list[float], after: list[float], is_slower: bool, changed: RunFacts
) -> None:
    (mark,) = speed_history(runs((before, OLD), (after, changed))).marks
    assert mark.is_slower == is_slower


def test_counting_experts_is_not_blamed_on_the_engine() -> None:
    counting = msgspec.structs.replace(NEW, experts_captured=True)
    history = speed_history(runs(([40.0] * 5, OLD), ([30.0] * 5, counting), ([40.0] * 5, NEW)))
    assert [mark.is_slower for mark in history.marks] == [False]


def test_a_mark_among_the_older_runs_still_compares_with_them() -> None:
    every = runs(([40.0] * 10, OLD), ([30.0] * MOST_POINTS, NEW))
    assert speed_history(every).marks == (SpeedMark(0, "engine 0.3.36", is_slower=True),)
    assert speed_history([*every, run(999, 30.0, NEW)]).marks == ()


@pytest.mark.parametrize(
    ("odd", "cause"),
    [
        (run(99, 20.0, context=32_768), "32k context"),
        (run(99, 20.0, context=32_768, threads=2), "32k context"),
        (run(99, 20.0, threads=2), "2 of 6 threads"),
        (run(99, 20.0, threads=8), ""),
        (run(99, 20.0), ""),
        # Twice nothing is still next to nothing.
        (run(99, 20.0, context=2_010), ""),
        (run(99, 39.0, context=32_768, threads=2), ""),
        (run(99, 80.0, context=32_768, threads=2), ""),
        (
            run(99, 20.0, msgspec.structs.replace(OLD, experts_captured=True)),
            "experts were counted",
        ),
    ],
)
def test_why_one_run_was_slow(odd: Run, cause: str) -> None:
    history = speed_history([*(run(at) for at in range(9)), odd])
    assert [point.cause for point in history.points] == [""] * 9 + [cause]


def test_a_run_is_compared_with_those_of_its_own_plan() -> None:
    """An earlier plan had more threads and shorter contexts."""
    earlier = [run(at, 40.0, TUNED, threads=8, context=100) for at in range(9)]
    later = [run(10 + at, 10.0, OLD, threads=4, context=9_000) for at in range(9)]
    slow = run(30, 5.0, OLD, threads=4, context=9_000)
    assert {point.cause for point in speed_history([*earlier, *later, slow]).points} == {""}


def test_against_what_was_predicted() -> None:
    """A cause is told of what is below the band, however usual it is among the others."""
    promised = msgspec.structs.replace(OLD, predicted=(35.0, 45.0))
    every = [
        *(run(at, 40.0, promised) for at in range(3)),
        run(4, 35.0, promised),
        run(5, 45.0, promised),
        run(6, 45.1, promised, context=32_768),
        run(7, 34.9, promised, threads=2),
        run(8, 39.0),
    ]
    history = speed_history(every)
    assert (history.inside, history.predicted) == (5, 7)
    assert [point.cause for point in history.points] == [""] * 6 + ["2 of 6 threads", ""]
    assert history.points[0].predicted == (35.0, 45.0)
    assert history.points[-1].predicted is None
