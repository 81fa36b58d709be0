"""Damaged copies of a file: the same ones for the same seed."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator

# Numbers at which lengths, counts and offsets go wrong.
_EDGES = (0, 1, 0x7F, 0xFF, 1 << 16, (1 << 31) - 1, 1 << 31, (1 << 32) - 1, 1 << 40, 1 << 62)
_EDGES += ((1 << 63) - 1, 1 << 63, (1 << 64) - 1)


def mutations(data: bytes, count: int, seed: int, within: int | None = None) -> Iterator[bytes]:
    """`count` copies of `data`, each with one to four changes in its first `within` bytes."""
    choose = random.Random(seed)
    end = min(within or len(data), len(data))
    for _ in range(count):
        head = bytearray(data[:end])
        for _ in range(choose.choice((1, 1, 1, 2, 4))):
            choose.choice(_CHANGES)(head, choose)
        rest = b"" if choose.random() < 0.03 else data[end:]
        yield bytes(head) + rest


def _flip_bit(head: bytearray, choose: random.Random) -> None:
    if head:
        head[choose.randrange(len(head))] ^= 1 << choose.randrange(8)


def _set_byte(head: bytearray, choose: random.Random) -> None:
    if head:
        head[choose.randrange(len(head))] = choose.choice((0, 1, 9, 0x7F, 0x80, 0xFF))


def _set_number(head: bytearray, choose: random.Random) -> None:
    width, layout = choose.choice(((4, "<I"), (8, "<Q")))
    if len(head) >= width:
        at = choose.randrange(len(head) - width + 1)
        head[at : at + width] = struct.pack(layout, choose.choice(_EDGES) % (1 << 8 * width))


def _remove(head: bytearray, choose: random.Random) -> None:
    at = choose.randrange(len(head) + 1)
    del head[at : at + choose.choice((1, 4, 8, 32))]


def _repeat(head: bytearray, choose: random.Random) -> None:
    at = choose.randrange(len(head) + 1)
    head[at:at] = head[at : at + choose.choice((1, 4, 8, 64))]


def _cut(head: bytearray, choose: random.Random) -> None:
    del head[choose.randrange(len(head) + 1) :]


# Cutting is rarer: it hides every other change behind it.
_CHANGES = (_flip_bit, _set_byte, _set_number, _set_number, _remove, _repeat) * 3 + (_cut,)
