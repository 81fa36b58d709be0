"""Opens the conversations so that the window always has somewhere to put them."""

from __future__ import annotations

import tempfile
from pathlib import Path

from msgspec.structs import replace

from app.paths import Paths
from app.store.conversations import ConversationStore
from runtime.errors import CoterieError, Problem
from runtime.language import tr

# The window stands still while it waits; what was refused is told or tried again.
PATIENCE_S = 0.5


def open_store(paths: Paths) -> tuple[ConversationStore, Problem | None]:
    """The user's conversations, and what to tell about opening them.

    When they can't be opened (a read-only home, a file of a newer version) a store for this
    session only takes their place, and the problem says so.
    """
    try:
        store = ConversationStore(paths.database, patience_s=PATIENCE_S)
    except CoterieError as error:
        store = ConversationStore(Path(tempfile.mkdtemp(prefix="coterie-")) / "conversations.db")
        problem = error.problem
        message = tr("{message}. Chats of this session are not kept", message=problem.message)
        return store, replace(problem, message=message)
    return store, store.problem
