"""What each answer took: a row for each, without its words, kept when its chat is deleted."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

from app.dashboard.run import Run, RunFacts
from app.store.database import BUSY_TIMEOUT_S
from app.store.rows import from_json, many_at_once, storable, to_json
from app.store.transactions import Transactions
from runtime.protocol.messages import GenerationStats

_COLUMNS = "id, ended_at_s, model_id, stats, conversation_id, message_id, facts"


class Runs(Transactions):
    """The part of ConversationStore for runs."""

    def add_run(self, run: Run) -> None:
        """Keep a run whose answer is kept elsewhere or nowhere; its own `id` does not count."""
        with self._changing() as connection:
            insert_run(connection, run, run.conversation_id, run.message_id)

    def runs(
        self,
        since_s: float | None = None,
        until_s: float | None = None,
        model_id: str | None = None,
    ) -> tuple[Run, ...]:
        """Those that ended from `since_s` on and before `until_s`, oldest first."""
        asked = (
            ("ended_at_s >= ?", since_s),
            ("ended_at_s < ?", until_s),
            ("model_id = ?", None if model_id is None else storable(model_id)),
        )
        conditions = [(text, value) for text, value in asked if value is not None]
        where = " AND ".join(text for text, _ in conditions) or "TRUE"
        with self._reading() as connection, many_at_once():
            rows = connection.execute(
                # The texts are constants of ours.
                f"SELECT {_COLUMNS} FROM runs WHERE {where} ORDER BY ended_at_s, id",  # noqa: S608
                [value for _, value in conditions],
            ).fetchall()
            found = tuple(_run(row) for row in rows)
        return tuple(run for run in found if run is not None)

    def runs_after(self, run_id: int) -> tuple[Run, ...]:
        """Those stored after run `run_id`, in that order."""
        with self._reading() as connection, many_at_once():
            rows = connection.execute(
                # The columns are a constant of ours.
                f"SELECT {_COLUMNS} FROM runs WHERE id > ? ORDER BY id",  # noqa: S608
                (run_id,),
            ).fetchall()
            found = tuple(_run(row) for row in rows)
        return tuple(run for run in found if run is not None)


class StoredRuns(Runs):
    """Runs of a file that the session has open, for another thread.

    Its connection changes nothing: no migration, and nothing is set aside under the session.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._now_s, self._problem = path, time.time, None
        with self._told():
            self._connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=ro",
                uri=True,
                timeout=BUSY_TIMEOUT_S,
                isolation_level=None,
            )


def insert_run(
    connection: sqlite3.Connection, run: Run, conversation_id: int | None, message_id: int | None
) -> None:
    """A new row, but for a run that is there already because its answer is saved once more."""
    numbers = to_json(run.stats)
    connection.execute(
        "INSERT INTO runs (ended_at_s, model_id, conversation_id, message_id, stats, facts)"
        " SELECT :ended, :model, :chat, :message, :stats, :facts WHERE NOT EXISTS"
        " (SELECT 1 FROM runs WHERE ended_at_s = :ended AND model_id = :model AND stats = :stats)",
        {
            "ended": run.ended_at_s,
            "model": storable(run.model_id),
            "chat": conversation_id,
            "message": message_id,
            "stats": numbers,
            "facts": to_json(run.facts),
        },
    )


def _run(row: tuple[Any, ...]) -> Run | None:
    """None for numbers that another version wrote differently."""
    id_, ended_at_s, model_id, stats, conversation_id, message_id, facts = row
    numbers = from_json(stats, GenerationStats)
    if numbers is None:
        return None
    known = from_json(facts, RunFacts) if facts else None
    return Run(id_, ended_at_s, model_id, numbers, conversation_id, message_id, known or RunFacts())
