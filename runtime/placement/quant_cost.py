"""How much longer a processor takes for some quantisations than their bytes suggest."""

from __future__ import annotations

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
