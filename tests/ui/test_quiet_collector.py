"""Garbage is looked for when nobody waits, and not for ever put off."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from ui import quiet_collector
from ui.quiet_collector import QuietCollector, keep_full_searches_back


class Knot:
    """Holds itself: only a search finds it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def usual_search() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


def test_a_search_waits_until_it_is_quiet(qapp: object) -> None:
    quiet = False
    collector = QuietCollector(lambda: quiet)
    knot = Knot()
    gone = weakref.ref(knot)
    gc.disable()
    try:
        del knot
        collector.search()
        assert gone() is not None
        quiet = True
        collector.search()
        assert gone() is None
    finally:
        gc.enable()


def test_a_search_is_not_put_off_for_ever(qapp: object, monkeypatch: pytest.MonkeyPatch) -> None:
    collector = QuietCollector(lambda: False)
    monkeypatch.setattr(quiet_collector, "LONGEST_S", -1.0)
    knot = Knot()
    gone = weakref.ref(knot)
    del knot
    collector.search()
    assert gone() is None


def test_what_is_there_is_not_looked_through_again() -> None:
    keep_full_searches_back()
    assert gc.get_freeze_count() > 1_000
    assert gc.get_threshold()[2] > 100_000
    assert gc.get_threshold()[0] > 0, "young garbage is still found at once"
