"""How a file is cut into pieces."""

from __future__ import annotations

from dataclasses import dataclass

from runtime.model_records import PIECE_BYTES


@dataclass(frozen=True)
class Pieces:
    """Pieces of `piece_bytes` each, the last one shorter.

    `origin` is where the first begins in the whole file: not 0 for one piece fetched aside.
    """

    size_bytes: int
    piece_bytes: int = PIECE_BYTES
    origin: int = 0

    def __len__(self) -> int:
        return -(-self.size_bytes // self.piece_bytes)

    def begin(self, index: int) -> int:
        return self.origin + index * self.piece_bytes

    def end(self, index: int) -> int:
        return self.origin + min((index + 1) * self.piece_bytes, self.size_bytes)

    def size(self, index: int) -> int:
        return self.end(index) - self.begin(index)

    def index_of(self, offset: int) -> int:
        """The piece in which `offset` of the whole file lies."""
        return (offset - self.origin) // self.piece_bytes

    def alone(self, index: int) -> Pieces:
        """One piece as a file of its own."""
        return Pieces(self.size(index), self.piece_bytes, self.begin(index))
