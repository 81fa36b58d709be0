"""Decode speed as the project defines it: live over a short window, and over a whole answer."""

from __future__ import annotations

from collections import deque

LIVE_WINDOW_S = 2.5


class SpeedMeter:
    """Takes the time of each generated token (monotonic seconds)."""

    def __init__(self) -> None:
        self._window: deque[float] = deque()
        self.count = 0
        self.first_s: float | None = None
        self.last_s: float | None = None
        self.thought_tokens = 0
        self._thought_from_s = 0.0
        self._thought_until_s = 0.0

    def token_at(self, now_s: float) -> None:
        self.count += 1
        if self.first_s is None:
            self.first_s = now_s
        self.last_s = now_s
        window = self._window
        window.append(now_s)
        while window[0] < now_s - LIVE_WINDOW_S:
            window.popleft()

    def count_as_thought(self) -> None:
        """The last token was not of the answer."""
        if self.last_s is None:
            return
        if not self.thought_tokens:
            self._thought_from_s = self.last_s
        self.thought_tokens += 1
        self._thought_until_s = self.last_s

    @property
    def thought_s(self) -> float:
        """From the first token of thought to the last."""
        return self._thought_until_s - self._thought_from_s

    @property
    def live_tokens_per_s(self) -> float | None:
        """Over the last `LIVE_WINDOW_S`, None until two tokens are in it."""
        if len(self._window) < 2:
            return None
        return _rate(len(self._window) - 1, self._window[-1] - self._window[0])

    @property
    def decode_tokens_per_s(self) -> float | None:
        """(n - 1) / (t_last - t_first), None below two tokens."""
        if self.count < 2 or self.first_s is None or self.last_s is None:
            return None
        return _rate(self.count - 1, self.last_s - self.first_s)


def _rate(count: int, elapsed_s: float) -> float | None:
    return count / elapsed_s if elapsed_s > 0 else None
