"""Programs that are killed while they write, and two that write at once."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from app.store import ConversationStore

CHECKOUT = Path(__file__).parents[3]
KILLS = 20
FOR_EVER = 1_000_000


def writer(database: Path, rounds: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        (sys.executable, "-m", "tests.app.store.writer", str(database), str(rounds)),
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
    )


def stored(database: Path) -> dict[int, tuple[str, str]]:
    """Text and status of each message, read behind the store's back."""
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        rows = connection.execute("SELECT id, text, status FROM messages").fetchall()
    return {row[0]: (row[1], row[2]) for row in rows}


def acknowledged(lines: list[str]) -> dict[int, str]:
    """The last text of each message that was said to be kept."""
    pairs = (line.rstrip("\n").split(" ", 1) for line in lines if line.endswith("\n"))
    return {int(message): text for message, text in pairs}


def test_killing_the_writer_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    database = tmp_path / "conversations.db"
    order = random.Random(1)
    kept: dict[int, str] = {}
    for _ in range(KILLS):
        with writer(database, FOR_EVER) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(order.randrange(1, 25))]
            process.kill()
            lines += process.stdout.readlines()
        kept |= acknowledged(lines)

        found = stored(database)
        for message, text in kept.items():
            assert message in found
            # The write after the last acknowledged one may have come through as well.
            assert found[message][0] == text or newer(text, found[message][0])
    assert len(kept) > KILLS

    store = ConversationStore(database)
    assert store.problem is None
    store.close()
    assert {status for _, status in stored(database).values()} <= {"complete", "stopped"}
    assert [path.name for path in tmp_path.iterdir()] == ["conversations.db"]


def newer(acknowledged_text: str, found: str) -> bool:
    return found == "done" or len(found) > len(acknowledged_text)


def test_two_programs_make_and_fill_one_file_at_once(tmp_path: Path) -> None:
    database = tmp_path / "conversations.db"
    with writer(database, 8) as one, writer(database, 8) as other:
        told = []
        for process in (one, other):
            assert process.stdout is not None
            told.append(acknowledged(process.stdout.readlines()))
            assert process.wait() == 0
    assert not set(told[0]) & set(told[1])
    found = stored(database)
    assert {message: text for message, (text, _) in found.items()} == told[0] | told[1]
    assert len(found) == 2 * 8 * 2
