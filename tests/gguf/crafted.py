"""Builds GGUF files byte by byte, so that any number in them can be a lie."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from runtime.gguf.values import ValueType

F32 = 0


def text(value: str | bytes) -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    return struct.pack("<Q", len(raw)) + raw


def pair(key: str, kind: int, payload: bytes) -> bytes:
    return text(key) + struct.pack("<I", kind) + payload


def text_pair(key: str, value: str) -> bytes:
    return pair(key, ValueType.STRING, text(value))


def number_pair(key: str, value: int) -> bytes:
    return pair(key, ValueType.UINT32, struct.pack("<I", value))


def array_pair(key: str, kind: int, count: int, payload: bytes = b"") -> bytes:
    return pair(key, ValueType.ARRAY, struct.pack("<IQ", kind, count) + payload)


def texts_pair(key: str, values: Sequence[str]) -> bytes:
    return array_pair(key, ValueType.STRING, len(values), b"".join(map(text, values)))


def tensor(name: str, shape: Sequence[int], kind: int = F32, offset: int = 0) -> bytes:
    lengths = struct.pack(f"<I{len(shape)}Q", len(shape), *shape)
    return text(name) + lengths + struct.pack("<IQ", kind, offset)


MODEL_PAIRS = (
    text_pair("general.architecture", "llama"),
    number_pair("llama.block_count", 1),
    number_pair("llama.embedding_length", 8),
    number_pair("llama.context_length", 512),
)
MODEL_TENSORS = (tensor("token_embd.weight", (8, 4)),)


def gguf(
    pairs: Sequence[bytes] = MODEL_PAIRS,
    tensors: Sequence[bytes] = MODEL_TENSORS,
    *,
    data_bytes: int = 128,
    version: int = 3,
    pair_count: int | None = None,
    tensor_count: int | None = None,
) -> bytes:
    """A whole file; the counts tell the truth unless given."""
    tensor_count = len(tensors) if tensor_count is None else tensor_count
    pair_count = len(pairs) if pair_count is None else pair_count
    header = b"GGUF" + struct.pack("<IQQ", version, tensor_count, pair_count)
    header += b"".join(pairs) + b"".join(tensors)
    return header + bytes(-len(header) % 32) + bytes(data_bytes)


class BytesRanges:
    """A file in memory, as a ranged reader that counts what it was asked for."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.size_bytes = len(data)
        self.reads: list[int] = []

    def read(self, offset: int, length: int) -> bytes:
        assert offset >= 0
        assert length >= 0
        assert offset + length <= self.size_bytes
        self.reads.append(length)
        return self._data[offset : offset + length]
