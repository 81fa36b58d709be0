"""Random weights are finite and small in every format, and the same each time."""

from __future__ import annotations

import gguf
import numpy as np
import pytest

from benchmarks.true_shapes.mixes import MIXES, TYPES, tensor_types
from benchmarks.true_shapes.random_blocks import DEVIATION, tensor_data
from benchmarks.true_shapes.specs import SPECS

ELEMENTS = 1 << 18
USED = sorted(
    {
        kind.name
        for spec in SPECS.values()
        for mix in MIXES
        for imatrix in (True, False)
        for kind in tensor_types(spec, mix, imatrix=imatrix).values()
    }
)


def _weights(name: str, kind: str, seed: int = 1) -> np.ndarray:
    data = b"".join(tensor_data(name, TYPES[kind], ELEMENTS, seed))
    assert len(data) == ELEMENTS // TYPES[kind].block_elements * TYPES[kind].block_bytes
    number = gguf.GGMLQuantizationType[kind]
    return gguf.quants.dequantize(np.frombuffer(data, dtype=np.uint8), number)


@pytest.mark.parametrize("kind", [*USED, "F16"])
def test_weights_are_small_and_around_zero(kind: str) -> None:
    if kind in ("F32", "F16"):
        numbers = {"F32": "<f4", "F16": "<f2"}
        data = b"".join(tensor_data("a.weight", TYPES[kind], ELEMENTS, 1))
        weights = np.frombuffer(data, dtype=numbers[kind]).astype(np.float32)
    else:
        weights = _weights("a.weight", kind)
    assert np.isfinite(weights).all()
    assert weights.std() == pytest.approx(DEVIATION, rel=0.2)
    assert abs(weights.mean()) < DEVIATION / 5


def test_tensors_and_seeds_differ_and_a_tensor_is_the_same_each_time() -> None:
    first = _weights("a.weight", "Q4_0")
    assert (_weights("a.weight", "Q4_0") == first).all()
    assert (_weights("b.weight", "Q4_0") != first).any()
    assert (_weights("a.weight", "Q4_0", seed=2) != first).any()


def test_norms_are_one_and_a_decay_is_negative() -> None:
    norm = b"".join(tensor_data("blk.0.attn_norm.weight", TYPES["F32"], 8, 1))
    assert np.frombuffer(norm, dtype="<f4").tolist() == [1.0] * 8
    decay = b"".join(tensor_data("blk.0.ssm_a", TYPES["F32"], 64, 1))
    assert (np.frombuffer(decay, dtype="<f4") < 0).all()


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="IQ1_S"):
        b"".join(tensor_data("a.weight", TYPES["IQ1_S"], 256, 1))
