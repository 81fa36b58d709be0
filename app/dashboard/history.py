"""How fast one model was, run by run: what changed between them, and why one was slow."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from app import number_text
from app.dashboard.run import Run
from app.dashboard.state import Explained, SpeedHistory, SpeedMark, SpeedPoint
from runtime.language import tr

MOST_POINTS = 60
# The first tokens of an answer come unevenly: fewer say little about speed.
LEAST_TOKENS = 8
# So many runs on each side of a change are compared, and no fewer than so many are a comparison.
COMPARED, LEAST_COMPARED = 10, 3
SLOWER = 0.9
# Without a prediction a run this far below the middle of its like is looked at for a cause.
SLOW = 0.8
LONGER_CONTEXT = 2.0
LONG_TOKENS = 1_024


@dataclass(frozen=True)
class _Stretch:
    """Runs with nothing changed between them; `mark` says what changed before the first."""

    runs: tuple[Run, ...]
    mark: str = ""


def speed_history(runs: Iterable[Run], label: str = "") -> SpeedHistory:
    """The newest runs of one model whose speed says something. Any order will do."""
    every = sorted(runs, key=lambda run: (run.ended_at_s, run.id))
    long_enough = [run for run in every if run.stats.completion_tokens >= LEAST_TOKENS]
    told = [run for run in long_enough if run.stats.decode_tokens_per_s is not None]
    stretches = _stretches(told)
    points = [point for stretch in stretches for point in _points(stretch)]
    left_out = max(0, len(points) - MOST_POINTS)
    shown = tuple(points[left_out:])
    bands = [point for point in shown if point.predicted is not None]
    inside = sum(not _is_outside(point.tokens_per_s, point.predicted) for point in bands)
    return SpeedHistory(
        label,
        shown,
        tuple(_marks(stretches, left_out)),
        inside,
        len(bands),
        _explained(len(shown), left_out, len(every) - len(long_enough)),
    )


def _stretches(runs: Sequence[Run]) -> list[_Stretch]:
    """Cut where something changed. What was not kept of old runs is no change."""
    stretches: list[_Stretch] = []
    now: list[Run] = []
    mark, engine, placement = "", "", ""
    for run in runs:
        facts = run.facts
        changes = _changes(run, engine, placement)
        if changes:
            stretches.append(_Stretch(tuple(now), mark))
            now, mark = [], ", ".join(changes)
        now.append(run)
        engine, placement = facts.engine or engine, facts.placement or placement
    return [*stretches, _Stretch(tuple(now), mark)]


def _changes(run: Run, engine: str, placement: str) -> list[str]:
    """What is another than before, in words."""
    facts, changes = run.facts, []
    if engine and facts.engine not in ("", engine):
        changes.append(tr("engine {version}", version=facts.engine))
    if placement and facts.placement not in ("", placement):
        day = number_text.day_and_month(run.ended_at_s)
        changes.append(tr("tuned, {day}", day=day) if facts.tuned else _placed_anew(day))
    return changes


def _placed_anew(day: str) -> str:
    return tr("another plan, {day}", day=day)


def _marks(stretches: Sequence[_Stretch], left_out: int) -> Iterator[SpeedMark]:
    at = -left_out
    for before, after in pairwise(stretches):
        at += len(before.runs)
        if at >= 0:
            yield SpeedMark(at, after.mark, _became_slower(before.runs, after.runs))


def _became_slower(before: Sequence[Run], after: Sequence[Run]) -> bool:
    earlier = [_speed(run) for run in before if _is_like_others(run)][-COMPARED:]
    later = [_speed(run) for run in after if _is_like_others(run)][:COMPARED]
    if min(len(earlier), len(later)) < LEAST_COMPARED:
        return False
    return statistics.median(later) < SLOWER * statistics.median(earlier)


def _is_like_others(run: Run) -> bool:
    """Counting experts costs speed of its own, whatever else changed."""
    return not run.facts.experts_captured


def _points(stretch: _Stretch) -> Iterator[SpeedPoint]:
    if not stretch.runs:
        return
    context = statistics.median(run.stats.context_used for run in stretch.runs)
    threads = statistics.median_high(run.stats.n_threads for run in stretch.runs)
    middle = statistics.median(map(_speed, stretch.runs))
    captures = sum(run.facts.experts_captured for run in stretch.runs) * 2 > len(stretch.runs)
    for run in stretch.runs:
        speed, band = _speed(run), run.facts.predicted
        is_slow = speed < (band[0] if band is not None else SLOW * middle)
        cause = _cause(run, context, threads, captures) if is_slow else ""
        yield SpeedPoint(run.id, run.ended_at_s, speed, run.stats.context_used, band, cause)


def _cause(run: Run, context: float, threads: int, others_capture: bool) -> str:
    """What sets a slow run apart from its like; "" where nothing kept of it does."""
    used = run.stats.context_used
    if used > LONGER_CONTEXT * context and used - context > LONG_TOKENS:
        return tr("{tokens} context", tokens=number_text.tokens_short(used))
    if run.stats.n_threads < threads:
        return tr("{few} of {usual} threads", few=run.stats.n_threads, usual=threads)
    if run.facts.experts_captured and not others_capture:
        return tr("experts were counted")
    return ""


def _is_outside(tokens_per_s: float, band: tuple[float, float] | None) -> bool:
    return band is not None and not band[0] <= tokens_per_s <= band[1]


def _speed(run: Run) -> float:
    return run.stats.decode_tokens_per_s or 0.0


def _explained(shown: int, older: int, too_short: int) -> Explained:
    inputs = [(tr("Runs shown"), number_text.tokens(shown))]
    if older:
        inputs.append((tr("Older runs, not shown"), number_text.tokens(older)))
    if too_short:
        label = tr("Answers of fewer than {count} tokens, left out", count=LEAST_TOKENS)
        inputs.append((label, number_text.tokens(too_short)))
    return Explained(
        tr("Decode speed by run"),
        tr(
            "(answer tokens \N{MINUS SIGN} 1) \N{DIVISION SIGN} (time of the last token "
            "\N{MINUS SIGN} time of the first)"
        ),
        tuple(inputs),
        _sources(too_short),
    )


def _sources(too_short: int) -> tuple[str, ...]:
    said = [
        tr("Each answer is measured by the engine's own process and kept as one run."),
        tr(
            "The band is what the plan predicted as the model was loaded; without a plan there "
            "is none."
        ),
        tr(
            "A mark is slower where the median of up to 10 runs after it is more than 10 % below "
            "that of up to 10 before it, with at least 3 on each side."
        ),
    ]
    if too_short:
        said.append(tr("Answers of a few tokens say little about speed."))
    return tuple(said)
