"""Splits a GGUF into parts, as llama.cpp's gguf-split does."""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from pathlib import Path

from runtime.gguf.header import TensorInfo
from runtime.gguf.reader import DEFAULT_ALIGNMENT, read_header
from runtime.gguf.values import ValueType
from tests.gguf import crafted

_PAIR_COUNT = struct.Struct("<Q")
_PAIR_COUNT_AT, _PAIRS_AT = 16, 24


def split_gguf(
    source: Path, folder: Path, stem: str, count: int, *, holes: bool = False
) -> list[Path]:
    """Write `source` as STEM-00001-of-0000N.gguf and so on; with `holes`, without its data."""
    header = read_header(source)
    with source.open("rb") as file:
        head = file.read(header.data_offset)
    first = header.tensors[0]
    tensors_at = head.rindex(crafted.tensor(first.name, first.shape, first.type.number))
    (pair_count,) = _PAIR_COUNT.unpack_from(head, _PAIR_COUNT_AT)
    paths = []
    for index, group in enumerate(_groups(header.tensors, count)):
        pairs: tuple[bytes, ...] = _split_pairs(index, count, len(header.tensors))
        pairs_in_all = len(pairs)
        if index == 0:
            pairs = (head[_PAIRS_AT:tensors_at], *pairs)
            pairs_in_all += pair_count
        path = folder / f"{stem}-{index + 1:05d}-of-{count:05d}.gguf"
        offsets, end = _offsets(group)
        infos = [
            crafted.tensor(tensor.name, tensor.shape, tensor.type.number, offset)
            for tensor, offset in zip(group, offsets, strict=True)
        ]
        own_head = crafted.gguf(pairs, infos, data_bytes=0, pair_count=pairs_in_all)
        path.write_bytes(own_head)
        os.truncate(path, len(own_head) + end)
        if not holes:
            moves = [
                (header.data_offset + tensor.offset, len(own_head) + offset, tensor.bytes)
                for tensor, offset in zip(group, offsets, strict=True)
            ]
            _copy(source, path, moves)
        paths.append(path)
    return paths


def _split_pairs(index: int, count: int, tensors: int) -> tuple[bytes, ...]:
    return (
        crafted.pair("split.no", ValueType.UINT16, struct.pack("<H", index)),
        crafted.pair("split.count", ValueType.UINT16, struct.pack("<H", count)),
        crafted.pair("split.tensors.count", ValueType.INT32, struct.pack("<i", tensors)),
    )


def _groups(tensors: Sequence[TensorInfo], count: int) -> list[list[TensorInfo]]:
    """In order, each with about as many bytes, none empty."""
    share = sum(tensor.bytes for tensor in tensors) / count
    groups: list[list[TensorInfo]] = [[]]
    before = 0
    for left, tensor in zip(range(len(tensors), 0, -1), tensors, strict=True):
        wanted = count - len(groups)
        if groups[-1] and wanted and (before >= share * len(groups) or left == wanted):
            groups.append([])
        groups[-1].append(tensor)
        before += tensor.bytes
    return groups


def _offsets(tensors: Sequence[TensorInfo]) -> tuple[list[int], int]:
    """Where each tensor's data begins, and where the last one's padding ends."""
    offsets, end = [], 0
    for tensor in tensors:
        offsets.append(end)
        end += tensor.bytes + -tensor.bytes % DEFAULT_ALIGNMENT
    return offsets, end


def _copy(source: Path, target: Path, moves: Sequence[tuple[int, int, int]]) -> None:
    with source.open("rb") as read, target.open("r+b") as written:
        for begin, to, size in moves:
            read.seek(begin)
            written.seek(to)
            written.write(read.read(size))
