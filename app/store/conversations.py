"""The conversations: each command is on disk when it returns."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path

from app.store.chats import Chats
from app.store.folders import Folders
from app.store.messages import Messages
from app.store.migrations import MIGRATIONS, Migration
from app.store.reading import Reading
from app.store.runs import Runs
from app.store.search import Search
from app.store.trees import Trees
from runtime.errors import CoterieError


class ConversationStore(Reading, Chats, Messages, Folders, Search, Trees, Runs):
    """Used on one thread. Other programs may have the same file open.

    Opening raises CoterieError of kind "store_unavailable" or "store_newer". Opening and every
    command raise "store_failed" when the system refuses (a full disk), "store_busy" when another
    program holds the file, and "store_damaged" when it turns out to be broken; a command raises
    "conversation_gone" for a conversation or a message that isn't there.

    `patience_s` is how long a command waits for another program, None for as long as opening does.
    """

    def __init__(
        self,
        path: Path,
        now_s: Callable[[], float] = time.time,
        migrations: tuple[Migration, ...] = MIGRATIONS,
        patience_s: float | None = None,
    ) -> None:
        super().__init__(path, now_s, migrations)
        try:
            self._stop_what_a_crash_left()
            self._remove_deleted_before(math.inf)
            if patience_s is not None:
                self._be_patient(patience_s)
        except CoterieError:
            self.close()
            raise

    def _stop_what_a_crash_left(self) -> None:
        with self._changing() as connection:
            connection.execute("UPDATE messages SET status = 'stopped' WHERE status = 'running'")

    def _be_patient(self, patience_s: float) -> None:
        with self._told():
            self._connection.execute(f"PRAGMA busy_timeout = {round(patience_s * 1_000)}")
