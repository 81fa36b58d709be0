"""Sets the wall clock of the window and its worker a year on and back while they chat."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

from app.paths import Paths
from app.store import ConversationStore
from benchmarks.clock_steps import STEPS, YEAR_S, below_zero, misplaced, moved
from benchmarks.figure import Figure

_SOURCE = Path(__file__).parent / "moved_clock.c"
TIMEOUT_S = 300


def measure(home: Path, environment: Mapping[str, str]) -> Iterator[Figure]:
    """The real worker with the starter model; the system's own clock is left alone."""
    library, clock = home / "moved_clock.so", home / "moved_clock"
    build = ("cc", "-shared", "-fPIC", "-O2", "-o", str(library), str(_SOURCE), "-ldl")
    subprocess.run(build, check=True, timeout=60)
    clock.write_bytes(moved(0))
    done = subprocess.run(
        (sys.executable, "-m", "benchmarks.clocked_window"),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={
            **environment,
            "COTERIE_HOME": str(home),
            "COTERIE_MOVED_CLOCK": str(clock),
            "LD_PRELOAD": str(library),
        },
        timeout=TIMEOUT_S,
    )
    found = json.loads(done.stdout)
    database = Paths.beneath(home).database
    wrong = [*found["wrong"], *_wrong_later(database, found)]
    below = [*found["below"], *_stored_below_zero(database)]
    did = f"{len(STEPS)} messages in {len(found['order'])} chats, the clock of both processes moved"
    yield Figure(
        "Chats and messages misplaced when the clock is set a year on and back",
        len(wrong),
        0,
        "at most",
        "",
        f"{did} in the middle of each answer; {'; '.join(wrong) or 'looked at each time'}"
        " and after three more starts, a year before, now and a year later",
    )
    yield Figure(
        "… negative rates and durations shown or stored",
        len(below),
        0,
        "at most",
        "",
        "; ".join(below) or "every number of the running answers and of the stored ones",
    )


def _wrong_later(database: Path, found: dict[str, list[list[str]]]) -> list[str]:
    """What later starts find in another order than the window had it."""
    wrong = []
    for years in (-1, 0, 1):
        store = ConversationStore(database, now_s=_clock(years))
        with closing(store):
            listed = [chat.id for chat in store.summaries()]
            wrong += misplaced(f"list after {years:+} years", listed, found["order"])
            for chat, sent in zip(listed, found["sent"], strict=True):
                messages = store.conversation(chat).messages
                texts = [message.text for message in messages if message.role == "user"]
                roles = [message.role for message in messages]
                wrong += misplaced(f"messages after {years:+} years", texts, sent)
                wrong += misplaced("turns", roles, ["user", "assistant"] * len(sent))
    return wrong


def _clock(years: int) -> Callable[[], float]:
    return lambda: time.time() + years * YEAR_S


def _stored_below_zero(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("SELECT stats FROM messages WHERE role = 'assistant'").fetchall()
        first_s, last_s = connection.execute(
            "SELECT MIN(created_at_s), MAX(created_at_s) FROM messages"
        ).fetchone()
    assert last_s - first_s > 2 * YEAR_S, "the clock was not moved"
    assert all(stats for (stats,) in rows), "an answer without numbers"
    return [name for (stats,) in rows for name in below_zero("stored", json.loads(stats))]
