"""A file with a saved KV cache: llama.cpp's own, then what it lacks to be trusted.

llama.cpp writes the tokens and the cache (llama_state_seq_save_file), without a check sum and
without a word about the model; it aborts on some damage and takes other damage for a cache. So a
trailer follows: a struct as JSON, its length and a magic number.
"""

from __future__ import annotations

import array
import zlib
from pathlib import Path
from typing import BinaryIO

import msgspec

MAGIC = b"coterie-kv-1"
LENGTH_BYTES = 4
MAX_TRAILER_BYTES = 4096
CHUNK_BYTES = 1 << 20
# llama-context.cpp: magic, version and count before the tokens, four bytes each.
TOKENS_AT = 12


class KvFileUnusable(Exception):
    """It is gone, damaged, or of something else."""


class Owner(msgspec.Struct, frozen=True):
    """What a cache is of; any difference makes it useless."""

    fingerprint: str
    kv_type: str
    engine: str


class Trailer(msgspec.Struct, frozen=True):
    """`body_bytes` of llama.cpp's come before it, with this CRC-32."""

    owner: Owner
    n_tokens: int
    body_bytes: int
    crc32: int


def seal(path: Path, owner: Owner, n_tokens: int) -> int:
    """Add the trailer to what llama.cpp wrote; returns the whole size. `OSError` on a full disk."""
    with path.open("r+b") as file:
        crc32 = _crc32(file)
        body_bytes = file.seek(0, 2)
        trailer = msgspec.json.encode(Trailer(owner, n_tokens, body_bytes, crc32))
        file.write(trailer + len(trailer).to_bytes(LENGTH_BYTES, "little") + MAGIC)
        return file.tell()


def tokens_of(path: Path, owner: Owner) -> list[int]:
    """The tokens that the cache in `path` holds. `KvFileUnusable` when it is not this owner's."""
    try:
        with path.open("rb") as file:
            trailer = _trailer(file)
            if trailer.owner != owner:
                raise KvFileUnusable("it is of another model, KV type or engine")
            file.seek(TOKENS_AT)
            tokens = array.array("i", file.read(4 * trailer.n_tokens))
    except (OSError, ValueError) as error:
        raise KvFileUnusable(str(error)) from error
    if len(tokens) != trailer.n_tokens:
        raise KvFileUnusable("it is cut short")
    return tokens.tolist()


def check_whole(path: Path) -> None:
    """Read all of it once. `KvFileUnusable` when it is not as it was written."""
    try:
        with path.open("rb") as file:
            trailer = _trailer(file)
            file.seek(0)
            if _crc32(file, trailer.body_bytes) != trailer.crc32:
                raise KvFileUnusable("its check sum is wrong")
    except OSError as error:
        raise KvFileUnusable(str(error)) from error


def _trailer(file: BinaryIO) -> Trailer:
    size = file.seek(0, 2)
    ending = LENGTH_BYTES + len(MAGIC)
    if size < ending:
        raise KvFileUnusable("it is cut short")
    file.seek(size - ending)
    end = file.read(ending)
    length = int.from_bytes(end[:LENGTH_BYTES], "little")
    if end[LENGTH_BYTES:] != MAGIC or not 0 < length <= min(MAX_TRAILER_BYTES, size - ending):
        raise KvFileUnusable("it is not a whole file of ours")
    file.seek(size - ending - length)
    try:
        trailer = msgspec.json.decode(file.read(length), type=Trailer)
    except msgspec.DecodeError as error:
        raise KvFileUnusable(str(error)) from error
    if trailer.body_bytes != size - ending - length:
        raise KvFileUnusable("its size is wrong")
    if not 0 < trailer.n_tokens <= (trailer.body_bytes - TOKENS_AT) // 4:
        raise KvFileUnusable("its count of tokens is wrong")
    return trailer


def _crc32(file: BinaryIO, n_bytes: int | None = None) -> int:
    """Of the next `n_bytes`, or of all that follows."""
    crc32, left = 0, n_bytes
    while chunk := file.read(CHUNK_BYTES if left is None else min(CHUNK_BYTES, left)):
        crc32 = zlib.crc32(chunk, crc32)
        if left is not None:
            left -= len(chunk)
    return crc32
