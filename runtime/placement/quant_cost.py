"""How much longer a processor takes for some quantisations than their bytes suggest."""

from __future__ import annotations

from runtime.placement.repacking import is_repacked_type

# Formats that unpack through tables or odd bit groups are bound by computing, not by reading:
# llama.cpp's own tables of speed by type show IQ1 to IQ3 at a third to a half of Q4_K's bytes/s.
_COMPUTE_BOUND = {
    "IQ1_S": 2.6,
    "IQ1_M": 3.2,
    "IQ2_XXS": 2.6,
    "IQ2_XS": 2.6,
    "IQ2_S": 2.6,
    "IQ3_XXS": 2.2,
    "IQ3_S": 2.2,
    "TQ1_0": 1.4,
    "Q2_K": 1.2,
    "Q3_K": 1.3,
    "IQ4_XS": 1.1,
}


def bytes_as_read(types: tuple[tuple[str, int], ...], features: frozenset[str]) -> float:
    """The factor on the bytes of experts of these types (with their bytes) on a processor."""
    total = sum(size for _, size in types)
    if not total:
        return 1.0
    # Without AVX2 or NEON every format is bound by computing.
    plain = 1.0 if features & {"AVX2", "NEON"} or not features else 2.5
    return plain * sum(_COMPUTE_BOUND.get(name, 1.0) * size for name, size in types) / total


# Of one core's float product rate, what llama.cpp's quantised products reach: measured on one core
# of an EPYC (Zen 3, AVX2) with slices of OLMoE, Qwen3-30B, Mixtral and gpt-oss, November 2026.
DECODE_SHARE = 0.33  # one row: 10 to 12.8 billion products/s of 34
REPACKED_SHARE = 1.0  # many rows of repacked weights: 32 to 36
PLAIN_SHARE = 0.55  # many rows as they are in the file: 17 to 19
_SLOW_REPACKED = {"MXFP4": 0.5}  # 16 on one core; whole prompts in turns with other types: 0.5
# Threads wait for each other at barriers and experts are of uneven size: of n, n/(1 + n/16) count.
# From a 7950X's published prompt speed; a second, unfitted point (KTransformers) agrees.
THREADS_LOST = 16


def product_share(
    types: tuple[tuple[str, int], ...], features: frozenset[str], *, repack: bool
) -> float:
    """What share of a core's float rate a product of many rows reaches with weights of `types`."""
    total = sum(size for _, size in types)
    if not total:
        return PLAIN_SHARE
    slower = 0.0
    for name, size in types:
        repacked = repack and is_repacked_type(name, features)
        share = _SLOW_REPACKED.get(name, REPACKED_SHARE) if repacked else PLAIN_SHARE
        slower += size * _COMPUTE_BOUND.get(name, 1.0) / share
    return total / slower


def effective_threads(n_threads: int) -> float:
    """How many threads' work so many do in a product of many rows."""
    return n_threads / (1 + (n_threads - 1) / THREADS_LOST)
