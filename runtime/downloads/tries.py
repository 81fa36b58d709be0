"""How the connections of one file fare: who receives, who waits, and until when."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

from runtime.downloads.backoff import wait_s
from runtime.errors import Problem


class Tries:
    """Failures in a row per connection; a byte that arrives anywhere ends them for all."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._clock = clock
        self._chance = chance
        self._lock = threading.Lock()
        self._failures: dict[int, int] = {}
        self._until_s: dict[int, float] = {}
        self._receiving: set[int] = set()
        self._all_wait_until_s = 0.0
        self._problem: Problem | None = None

    def received(self, connection: int) -> None:
        """Bytes arrive. Costs nothing when that is not new."""
        if connection in self._receiving:
            return
        with self._lock:
            self._receiving.add(connection)
            self._failures.clear()
            self._until_s.pop(connection, None)
            self._problem = None

    def stopped(self, connection: int) -> None:
        """It does not receive any more, without a failure."""
        with self._lock:
            self._receiving.discard(connection)
            self._until_s.pop(connection, None)

    def failed(self, connection: int, problem: Problem, retry_after_s: float = 0.0) -> float:
        """Seconds until this connection tries again."""
        with self._lock:
            self._receiving.discard(connection)
            self._failures[connection] = self._failures.get(connection, 0) + 1
            rest_s = max(retry_after_s, wait_s(self._failures[connection], self._chance()))
            until_s = self._clock() + rest_s
            self._until_s[connection] = until_s
            if retry_after_s:
                self._all_wait_until_s = max(self._all_wait_until_s, until_s)
            self._problem = problem
            return rest_s

    def failures(self, connection: int) -> int:
        with self._lock:
            return self._failures.get(connection, 0)

    def forget_waits(self) -> None:
        """Everybody may try at once."""
        with self._lock:
            self._all_wait_until_s = 0.0

    def rest_s(self) -> float:
        """Seconds the server asked everybody to wait."""
        return max(0.0, self._all_wait_until_s - self._clock())

    def waiting(self) -> tuple[Problem, float] | None:
        """Why nothing arrives and seconds to the next try; None while something does."""
        with self._lock:
            if self._receiving or not self._until_s or self._problem is None:
                return None
            next_s = max(min(self._until_s.values()), self._all_wait_until_s)
            return self._problem, max(0.0, next_s - self._clock())
