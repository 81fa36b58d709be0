"""Picks what is missing out of a file that a server sends from its start."""

from __future__ import annotations

from types import TracebackType

from runtime.downloads.part_file import Claim, PartFile


class WholeBody:
    """Pieces are claimed as they come by; what is there already, or another's, is skipped."""

    def __init__(self, part: PartFile, first: Claim) -> None:
        self._part = part
        self._held = {first.index: first}
        self._first = first
        self._at = 0
        self._begin = part.pieces.begin(0)
        self._end = part.pieces.end(len(part.pieces) - 1)

    def __enter__(self) -> WholeBody:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for claim in self._held.values():
            if claim is not self._first:
                self._part.release(claim.index)

    def take(self, chunk: bytes) -> int:
        """Use the next bytes of the file; how many of them were skipped. Raises OSError."""
        view = memoryview(chunk)
        skipped = min(len(view), max(0, self._begin - self._at))
        self._at += skipped
        view = view[skipped:]
        while view and self._at < self._end:
            index = self._part.pieces.index_of(self._at)
            end = min(self._at + len(view), self._part.pieces.end(index))
            used = self._skippable(index, end) - self._at
            if used:
                skipped += used
            else:
                used = end - self._at
                self._part.write(index, view[:used])
            self._at += used
            view = view[used:]
            if self._at == self._part.pieces.end(index):
                self._let_go(index)
        self._at += len(view)
        return skipped + len(view)

    def _skippable(self, index: int, end: int) -> int:
        """Up to where the bytes from here to `end`, all of one piece, are of no use."""
        missing = self._part.next_byte(index)
        if missing > self._at:
            return min(missing, end)
        if missing < self._at or not self._hold(index):
            return end
        return self._at

    def _hold(self, index: int) -> bool:
        if index not in self._held:
            claim = self._part.claim_at(index)
            if claim is None:
                return False
            self._held[index] = claim
        return True

    def _let_go(self, index: int) -> None:
        claim = self._held.get(index)
        if claim is not None and claim is not self._first:
            del self._held[index]
            self._part.release(claim.index)
