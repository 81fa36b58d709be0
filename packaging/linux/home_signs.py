"""What the files of a home say about the program that runs on it, read from outside."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

_BAD_WORDS = ("Traceback (most recent call last)", "Fatal Python error", "Segmentation fault")


class HomeSigns:
    """Of a person whose home folder is `home`."""

    def __init__(self, home: Path) -> None:
        self.data = home / ".local/share/coterie"
        self._settings = home / ".config/coterie/settings.json"
        self._logs = home / ".local/state/coterie/log"
        self._cache = home / ".cache/coterie"

    def first_run_is_done(self) -> bool:
        try:
            settings = json.loads(self._settings.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        return bool(settings.get("first_run_done"))

    def model_is_loaded(self) -> bool:
        """llama.cpp says so when it has reserved what an answer needs."""
        log = self._logs / "engine.log"
        return log.is_file() and "sched_reserve: reserve took" in log.read_text(errors="replace")

    def machine_is_measured(self) -> bool:
        """Its memory and its disk, which a recommendation needs."""
        return all((self._cache / name).is_file() for name in ("machine.json", "disks.json"))

    def draft(self) -> str:
        return self._first("SELECT draft FROM new_chat")

    def question(self) -> str:
        return self._first("SELECT text FROM messages WHERE role = 'user'")

    def answer(self) -> str:
        """Once it is complete."""
        return self._first(
            "SELECT text FROM messages WHERE role = 'assistant' AND status = 'complete'"
        )

    def complaints(self, more: Path) -> list[str]:
        """Lines of the logs, and of the file `more`, that tell of a crash."""
        logs = [more, *sorted(path for path in self._logs.rglob("*") if path.is_file())]
        return [
            f"{log.name}: {line}"
            for log in logs
            for line in log.read_text(errors="replace").splitlines()
            if any(word in line for word in _BAD_WORDS)
        ]

    def _first(self, query: str) -> str:
        """The first row's only value; "" where there is none yet."""
        address = f"file:{self.data / 'conversations.db'}?mode=ro"
        try:
            with closing(sqlite3.connect(address, uri=True, timeout=1)) as database:
                row = database.execute(query).fetchone()
        except sqlite3.Error:
            return ""
        return str(row[0]) if row else ""
