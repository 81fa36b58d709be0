"""Databases that are damaged, locked, forbidden or on a full disk."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from app.paths import Paths
from app.set_aside import set_aside
from app.store import ConversationStore
from app.store.database import open_database
from app.store.opening import open_store
from runtime.errors import CoterieError

PAGE = 4096


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "conversations.db"
    store = ConversationStore(path)
    chat = store.create("Trees")
    for number in range(200):
        store.add_message(chat, "user", f"{number} " + "x" * 400)
    store.close()
    return path


def overwrite(path: Path, start: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(start)
        file.write(data)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\0" * 64])
def test_what_is_no_database_is_set_aside_and_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "conversations.db"
    path.write_bytes(content)

    store = ConversationStore(path)

    assert store.problem is not None
    assert store.problem.kind == "store_set_aside"
    assert store.summaries() == ()
    store.create("a new one")
    store.close()
    aside = next(name for name in names(tmp_path) if ".damaged-" in name)
    assert names(tmp_path) == ["conversations.db", aside]
    assert aside in store.problem.message
    assert (tmp_path / aside).read_bytes() == content

    again = ConversationStore(path)
    assert again.problem is None
    assert [summary.title for summary in again.summaries()] == ["a new one"]
    again.close()


def test_what_lies_beside_a_database_moves_along(tmp_path: Path) -> None:
    path = tmp_path / "conversations.db"
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).write_text(suffix)
    kept = set_aside(path, "damaged")
    assert kept is not None
    assert {file.name.removeprefix(kept.name): file.read_text() for file in tmp_path.iterdir()} == {
        "": "",
        "-wal": "-wal",
        "-shm": "-shm",
    }


def test_a_torn_header_is_set_aside(database: Path) -> None:
    overwrite(database, 0, b"\xff" * 100)
    store = ConversationStore(database)
    assert store.problem is not None
    store.close()


def test_damage_met_while_reading_is_told_and_set_aside_at_the_next_start(database: Path) -> None:
    """The pages with the messages are not read at the start."""
    content = database.read_bytes()
    for start in range(0, len(content), PAGE):
        if b" " + b"x" * 400 in content[start : start + PAGE]:
            overwrite(database, start, b"\xff" * PAGE)
    store = ConversationStore(database)
    assert store.problem is None
    (chat,) = store.summaries()
    with pytest.raises(CoterieError) as caught:
        store.conversation(chat.id)
    assert caught.value.problem.kind == "store_damaged"
    assert "start it again" in caught.value.problem.remedy
    store.close()

    again = ConversationStore(database)
    assert again.problem is not None
    assert again.problem.kind == "store_set_aside"
    assert again.summaries() == ()
    again.close()
    assert "conversations.db.damaged" not in names(database.parent)


def test_a_lock_is_waited_for_and_then_said(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.store.database.BUSY_TIMEOUT_S", 0.1)
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(CoterieError) as caught:
            ConversationStore(database)
    assert caught.value.problem.kind == "store_busy"
    assert "Another program" in caught.value.problem.message
    assert names(database.parent) == ["conversations.db"]


def test_a_command_of_the_window_does_not_wait_for_long(database: Path) -> None:
    paths = Paths.beneath(database.parent)
    store, _ = open_store(paths)
    with closing(sqlite3.connect(paths.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began_s = time.monotonic()
        with pytest.raises(CoterieError) as caught:
            store.create("Trees")
        assert time.monotonic() - began_s < 2
    assert caught.value.problem.kind == "store_busy"
    store.close()


def test_a_chat_whose_first_message_finds_no_room_is_not_begun(database: Path) -> None:
    store = ConversationStore(database)
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(CoterieError):
        store.create("Big", "y" * 1_000_000)
    assert [summary.title for summary in store.summaries()] == ["Trees"]
    store.close()


def test_a_full_disk_is_said_and_nothing_is_half_done(database: Path) -> None:
    connection, _ = open_database(database)
    with closing(connection):
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
    store = ConversationStore(database)
    (chat,) = store.summaries()
    store._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(CoterieError) as caught:
        store.add_message(chat.id, "user", "y" * 1_000_000)
    assert caught.value.problem.kind == "store_failed"
    assert "full" in caught.value.problem.message
    assert len(store.conversation(chat.id).messages) == 200
    store.rename(chat.id, "Still working")
    store.close()


def test_a_folder_in_its_place_is_said(tmp_path: Path) -> None:
    (tmp_path / "conversations.db").mkdir()
    with pytest.raises(CoterieError) as caught:
        ConversationStore(tmp_path / "conversations.db")
    assert caught.value.problem.kind == "store_unavailable"
    assert "permissions" in caught.value.problem.remedy


def test_the_window_opens_even_without_its_store(tmp_path: Path) -> None:
    paths = Paths.beneath(tmp_path)
    paths.database.mkdir(parents=True)
    store, problem = open_store(paths)
    assert problem is not None
    assert problem.kind == "store_unavailable"
    assert "Chats of this session are not kept" in problem.message
    chat = store.create("for now")
    assert store.conversation(chat).title == "for now"
    store.close()


def test_the_window_is_told_of_damage(tmp_path: Path) -> None:
    paths = Paths.beneath(tmp_path)
    paths.data_dir.mkdir(parents=True)
    paths.database.write_bytes(b"broken" * 1000)
    store, problem = open_store(paths)
    store.close()
    assert problem is not None
    assert problem.kind == "store_set_aside"
