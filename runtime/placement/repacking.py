"""Which weights llama.cpp rearranges for the processor: a private copy that is faster to read."""

from __future__ import annotations

# ggml-cpu/repack.cpp of v0.5.0: types that one of these features lets it repack, and the number
# that must divide a tensor's rows.
_REPACKED = {
    "Q4_0": (("AVX2", "NEON", "SVE"), 8),
    "Q4_K": (("AVX2", "NEON"), 8),
    "IQ4_NL": (("AVX2", "NEON"), 8),
    "MXFP4": (("AVX2", "NEON"), 8),
    "Q2_K": (("AVX512",), 8),
    "Q5_K": (("NEON",), 8),
    "Q6_K": (("NEON",), 8),
    "Q8_0": (("NEON",), 4),
}


def is_repacked_type(type_name: str, features: frozenset[str]) -> bool:
    """Whether there are kernels for repacked weights of this type."""
    needed, _ = _REPACKED.get(type_name, ((), 1))
    return any(name in features for name in needed)


def row_multiple(type_name: str) -> int:
    """What must divide a tensor's rows for it to be repacked."""
    return _REPACKED.get(type_name, ((), 1))[1]
