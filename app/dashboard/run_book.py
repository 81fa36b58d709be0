"""All stored runs as the dashboard keeps them: read once, then added to."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable

from app.dashboard.run import Run
from app.dashboard.run_sums import RunSums

# So many of the newest runs with and without counting are compared, and no fewer than so many.
COMPARED, LEAST_COMPARED = 12, 3
LEAST_TOKENS = 8


class RunBook:
    """Every run once, by model and summed."""

    def __init__(self, runs: Iterable[Run] = ()) -> None:
        self.sums = RunSums()
        self.last_id = 0
        self.count = 0
        self._models: defaultdict[str, list[Run]] = defaultdict(list)
        self.add(runs)

    def add(self, runs: Iterable[Run]) -> bool:
        """Take in those that are new; whether there were any."""
        new = [run for run in runs if run.id > self.last_id]
        if not new:
            return False
        self.sums.add(*new)
        for run in new:
            self._models[run.model_id].append(run)
        self.last_id = max(run.id for run in new)
        self.count += len(new)
        return True

    def of_model(self, model_id: str) -> tuple[Run, ...]:
        """In the order they were stored."""
        return tuple(self._models.get(model_id, ()))

    @property
    def last_model(self) -> str:
        """Whose answer was the last; "" before the first."""
        return self.sums.last.model_id if self.sums.last else ""

    @property
    def models(self) -> tuple[str, ...]:
        """Their ids, the one that answered last first."""
        return tuple(sorted(self._models, key=lambda one: -self._models[one][-1].id))

    @property
    def every(self) -> tuple[Run, ...]:
        """All of them, oldest first."""
        return tuple(sorted((r for runs in self._models.values() for r in runs), key=_by_id))


def capture_cost_percent(runs: Iterable[Run]) -> float | None:
    """How much slower one model's newest runs were while its picks were counted, in percent.

    By medians of runs of the same placement; None where either side has too few.
    """
    told = [
        run
        for run in runs
        if run.stats.decode_tokens_per_s and run.stats.completion_tokens >= LEAST_TOKENS
    ]
    if not told:
        return None
    like = [run for run in told if run.facts.placement == told[-1].facts.placement]
    counted = _speeds(run for run in like if run.facts.experts_captured)
    plain = _speeds(run for run in like if not run.facts.experts_captured)
    if min(len(counted), len(plain)) < LEAST_COMPARED:
        return None
    return 100 * (1 - statistics.median(counted) / statistics.median(plain))


def _speeds(runs: Iterable[Run]) -> list[float]:
    return [run.stats.decode_tokens_per_s or 0.0 for run in runs][-COMPARED:]


def _by_id(run: Run) -> int:
    return run.id
