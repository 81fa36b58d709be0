"""Ends an answer before the first of the person's stop strings, also one split over tokens."""

from __future__ import annotations

from collections.abc import Sequence

from runtime.chat.held_back import beginning_at_end


class StopStrings:
    """Passes text on until one of `words` is complete. In whatever pieces the text comes, what is
    passed on is the same: the word that is complete first counts, of those the longest.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self._words = tuple(word for word in words if word)
        self._held = ""
        self.stopped = False

    def add(self, text: str) -> str:
        """What of the text so far may be shown now."""
        if not self._words:
            return text
        if self.stopped:
            return ""
        self._held += text
        found = [(at + len(word), at) for word in self._words if (at := self._held.find(word)) >= 0]
        if found:
            self.stopped = True
            shown, self._held = self._held[: min(found)[1]], ""
            return shown
        keep_from = len(self._held) - beginning_at_end(self._held, self._words)
        shown, self._held = self._held[:keep_from], self._held[keep_from:]
        return shown

    def finish(self) -> str:
        """What was held back: no stop string came of it."""
        shown, self._held = self._held, ""
        return shown
