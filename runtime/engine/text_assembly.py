"""Token pieces (bytes) become text without ever showing a broken character."""

from __future__ import annotations

import codecs


class TextAssembler:
    """Holds back the bytes of an unfinished UTF-8 character until the rest has come."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def add(self, piece: bytes) -> str:
        return self._decoder.decode(piece)

    def finish(self) -> str:
        """What is left at the end; an unfinished character becomes U+FFFD."""
        return self._decoder.decode(b"", final=True)
