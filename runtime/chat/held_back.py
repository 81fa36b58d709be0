"""Text that may be the beginning of a word to look for is held back until it is decided."""

from __future__ import annotations

from collections.abc import Sequence


def beginning_at_end(text: str, words: Sequence[str]) -> int:
    """How many characters at the end of `text` are the beginning, but not all, of one of `words`.

    >>> beginning_at_end("so <thi", ("<think>", "</s>"))
    4
    """
    longest = 0
    for word in words:
        for length in range(min(len(word) - 1, len(text)), longest, -1):
            if text.endswith(word[:length]):
                longest = length
                break
    return longest
