"""Random weights in ggml's formats: random bytes, but scales that keep every weight small.

A weight's standard deviation is `DEVIATION` in each format. A tensor is one pattern of blocks over
and over: its length is a prime number of blocks, so no two rows near one another are the same.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from runtime.gguf.tensor_types import TensorType

DEVIATION = 0.02
_PATTERN_BLOCKS = 16381
_PIECE_BYTES = 1 << 22

# Where a block's f16 scales are, and what each must be for a deviation of 1 around 0, measured
# with the gguf package's dequantize. Layouts: ggml-common.h.
_SCALES: dict[str, tuple[tuple[int, float], ...]] = {
    "Q4_0": ((0, 1 / 4.61),),
    "Q4_1": ((0, 1 / 4.61), (2, -7.5 / 4.61)),
    "Q5_0": ((0, 1 / 9.24),),
    "Q5_1": ((0, 1 / 9.24), (2, -15.5 / 9.24)),
    "Q8_0": ((0, 1 / 73.9),),
    "Q2_K": ((80, 1 / 13.9), (82, 1.5 / 13.9)),
    "Q3_K": ((108, 1 / 43.3),),
    "Q4_K": ((0, 1 / 259), (2, 7.5 / 259)),
    "Q5_K": ((0, 1 / 524), (2, 15.5 / 524)),
    "Q6_K": ((208, 1 / 1364),),
    "IQ4_NL": ((0, 1 / 67.2),),
    "IQ4_XS": ((0, 1 / 1250),),
}
_MXFP4_EXPONENT = 120  # An e8m0 scale: 2.92 * 2 ** (120 - 127) is 0.023.


def tensor_data(name: str, kind: TensorType, elements: int, seed: int) -> Iterator[bytes]:
    """The bytes of one tensor, in pieces; the same each time."""
    own_seed = zlib.crc32(f"{name} {seed}".encode())
    if kind.name in ("F32", "F16"):
        values = _plain(name, elements, np.random.default_rng(own_seed))
        yield values.astype("<f2" if kind.name == "F16" else "<f4").tobytes()
        return
    yield from _repeated(kind, elements // kind.block_elements, own_seed % _PATTERN_BLOCKS, seed)


def _plain(name: str, elements: int, random: np.random.Generator) -> np.ndarray:
    if "norm" in name or name == "rope_freqs.weight":
        return np.ones(elements, dtype=np.float32)
    values = random.standard_normal(elements, dtype=np.float32) * DEVIATION
    # The decay of a gated delta net: its state would grow without end at any other sign.
    return values - 1 if name.endswith(".ssm_a") else values


def _repeated(kind: TensorType, blocks: int, first: int, seed: int) -> Iterator[bytes]:
    pattern = _pattern(kind, seed)
    position, left = first * kind.block_bytes, blocks * kind.block_bytes
    while left:
        piece = pattern[position : position + min(left, _PIECE_BYTES)]
        yield piece
        left -= len(piece)
        position = (position + len(piece)) % len(pattern)


@lru_cache(maxsize=4)
def _pattern(kind: TensorType, seed: int) -> bytes:
    random = np.random.default_rng((seed, kind.number))
    size = (_PATTERN_BLOCKS, kind.block_bytes)
    blocks = random.integers(0, 256, size, dtype=np.uint8)
    for offset, scale in _SCALES.get(kind.name, ()):
        half = np.array([scale * DEVIATION], dtype="<f2").view(np.uint8)
        blocks[:, offset : offset + 2] = half
    if kind.name == "MXFP4":
        blocks[:, 0] = _MXFP4_EXPONENT
    elif kind.name not in _SCALES:
        raise ValueError(f"no random blocks of {kind.name} yet")
    return blocks.tobytes()
