"""A store in a file of its own, with a clock that goes on by a second at each look."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from app.store import ConversationStore


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "data" / "conversations.db"


@pytest.fixture
def store(database: Path) -> Iterator[ConversationStore]:
    ticks = count(1000)
    opened = ConversationStore(database, now_s=lambda: float(next(ticks)))
    yield opened
    opened.close()
