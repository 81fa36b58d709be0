"""The sha256 of a file and of each of its pieces, computed in one pass over its bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from runtime.model_records import PIECE_BYTES

BLOCK_BYTES = 8 << 20


@dataclass(frozen=True)
class FileDigest:
    """What the bytes of one file are known by."""

    size_bytes: int
    sha256: str
    pieces: tuple[str, ...]


class Digester:
    """Takes a file's bytes in order. The whole and the piece are hashed at once, on two cores."""

    def __init__(self, piece_bytes: int = PIECE_BYTES) -> None:
        self._piece_bytes = piece_bytes
        self._whole = hashlib.sha256()
        self._piece = hashlib.sha256()
        self._in_piece = 0
        self._pieces: list[str] = []
        self._size_bytes = 0
        self._thread = ThreadPoolExecutor(1, "sha256")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._thread.shutdown()

    def update(self, block: bytes) -> None:
        whole = self._thread.submit(self._whole.update, block)
        view = memoryview(block)
        while view:
            taken = view[: self._piece_bytes - self._in_piece]
            self._piece.update(taken)
            self._in_piece += len(taken)
            if self._in_piece == self._piece_bytes:
                self._end_piece()
            view = view[len(taken) :]
        self._size_bytes += len(block)
        whole.result()

    def digest(self) -> FileDigest:
        """After the last byte."""
        if self._in_piece:
            self._end_piece()
        return FileDigest(self._size_bytes, self._whole.hexdigest(), tuple(self._pieces))

    def _end_piece(self) -> None:
        self._pieces.append(self._piece.hexdigest())
        self._piece = hashlib.sha256()
        self._in_piece = 0


def digest_of(path: Path, advance: Callable[[int], None]) -> FileDigest:
    """Read all of `path`; `advance` is told of each block and may raise. Raises OSError."""
    with path.open("rb") as file, Digester() as digester:
        while block := file.read(BLOCK_BYTES):
            digester.update(block)
            advance(len(block))
        return digester.digest()
