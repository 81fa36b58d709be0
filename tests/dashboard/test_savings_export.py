"""The comparison of the exported savings with an independent script, on fewer runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.dashboard import export
from app.prices import Price
from app.savings import Savings, Usage
from benchmarks import savings_export

COUNT = 25


def test_equal_to_the_cent(tmp_path: Path) -> None:
    found = list(savings_export.compare(tmp_path, COUNT))
    assert sum(one.amounts for one in found) == len(found) * (COUNT + 1)
    assert [one.unequal for one in found] == [0] * len(found)
    assert max(one.most_usd for one in found) < savings_export.NEARLY, "nor in smaller parts of it"


def test_it_finds_a_row_that_does_not_add_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = export.savings

    def without_cache(price: Price, usage: Usage, usd_per_kwh: float) -> Savings:
        return honest(price, replace(usage, cached_tokens=0), usd_per_kwh)

    monkeypatch.setattr(export, "savings", without_cache)
    assert sum(one.unequal for one in savings_export.compare(tmp_path, COUNT)) > 0
