"""Runs read on another thread while the session has the file open: nothing is changed by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.store import ConversationStore
from app.store.runs import StoredRuns
from runtime.errors import CoterieError
from tests.app.store.test_runs import run


def test_what_the_session_keeps_is_read_beside_it(tmp_path: Path) -> None:
    store = ConversationStore(tmp_path / "a b#.db")
    reading = StoredRuns(tmp_path / "a b#.db")
    assert reading.runs_after(0) == ()
    store.add_run(run(5.0))
    (first,) = reading.runs_after(0)
    assert reading.runs_after(first.id) == ()
    with pytest.raises(CoterieError):
        reading.add_run(run(5.0))
    reading.close()
    assert store.runs() == (first,)
    store.close()


def test_a_file_that_is_no_database_stays_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "broken.db"
    path.write_bytes(b"no database" * 1_000)
    reading = StoredRuns(path)
    with pytest.raises(CoterieError):
        reading.runs_after(0)
    reading.close()
    assert path.read_bytes() == b"no database" * 1_000


def test_without_a_file_none_is_made(tmp_path: Path) -> None:
    with pytest.raises(CoterieError):
        StoredRuns(tmp_path / "none.db")
    assert not (tmp_path / "none.db").exists()
