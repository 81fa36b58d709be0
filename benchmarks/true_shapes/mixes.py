"""Which type each tensor gets in a mix such as Q4_K_M, by the rules of llama.cpp v0.5.0.

They are those of `src/llama-quant.cpp` (tensor_allows_quantization, llama_tensor_get_type_impl and
tensor_type_fallback), as far as the architectures and mixes here reach them. A dynamic 2-bit mix
such as Unsloth's UD-Q2_K_XL has no rule of its own here; Q2_K is the nearest, and called so.
"""

from __future__ import annotations

from benchmarks.true_shapes.spec import ModelSpec
from benchmarks.true_shapes.tensors import Shape, block_of, tensors
from runtime.gguf.file_types import FILE_TYPES
from runtime.gguf.tensor_types import TENSOR_TYPES, TensorType

TYPES = {kind.name: kind for kind in TENSOR_TYPES.values()}
# llama_ftype_get_default_type
_DEFAULTS = {
    "Q2_K": "Q2_K",
    "Q4_K_M": "Q4_K",
    "IQ4_XS": "IQ4_XS",
    "Q4_1": "Q4_1",
    "MXFP4": "MXFP4",
    "Q8_0": "Q8_0",
}
MIXES = tuple(_DEFAULTS)
FILE_TYPE_NUMBERS = {name: number for number, name in FILE_TYPES.items() if name in MIXES}

_NEVER_QUANTISED = ("_norm.weight", "ffn_gate_inp.weight", "ssm_conv1d")
_FALLBACKS = {
    "IQ4_XS": "IQ4_NL",
    "Q2_K": "Q4_0",
    "Q3_K": "Q4_0",
    "Q4_K": "Q5_0",
    "Q5_K": "Q5_1",
    "Q6_K": "Q8_0",
}
_CATEGORIES = {
    "attn_qkv.weight": "attn_v",
    "attn_kv_b.weight": "attn_v",
    "attn_v.weight": "attn_v",
    "attn_k.weight": "attn_k",
    "attn_output.weight": "attn_output",
    "ffn_down": "ffn_down",
}


def tensor_types(spec: ModelSpec, mix: str, *, imatrix: bool = True) -> dict[str, TensorType]:
    """The type of every tensor of the whole model, by name and in the order of the file.

    Published files are nearly all made with an importance matrix, which changes IQ4_XS.
    """
    rules = _Rules(spec, mix, imatrix=imatrix)
    return {name: TYPES[rules.type_of(name, shape)] for name, shape in tensors(spec).items()}


def is_quantised(name: str, shape: Shape) -> bool:
    """Whether a mix says the tensor's type; other tensors stay as they were converted, F32."""
    return (
        sum(length > 1 for length in shape) > 1
        and name.endswith("weight")
        and not any(part in name for part in _NEVER_QUANTISED)
    )


def _more_bits(index: int, count: int) -> bool:
    eighth = count // 8
    return index < eighth or index >= 7 * count // 8 or (index - eighth) % 3 == 2


def _category(name: str) -> str:
    return next((kind for part, kind in _CATEGORIES.items() if part in name), "")


class _Rules:
    """Types are asked for in the order of the file: the attention values are counted."""

    def __init__(self, spec: ModelSpec, mix: str, *, imatrix: bool) -> None:
        self._spec = spec
        self._mix = mix
        self._imatrix = imatrix
        self._default = _DEFAULTS[mix]
        self._n_gqa = spec.n_head // spec.n_head_kv
        self._attn_v_seen = 0
        self._attn_v_count = sum(_category(name) == "attn_v" for name in tensors(spec))

    def type_of(self, name: str, shape: Shape) -> str:
        if not is_quantised(name, shape):
            return "F32"
        wanted = self._wanted(name, shape)
        if not shape[0] % TYPES[wanted].block_elements:
            return wanted
        wanted = _FALLBACKS.get(wanted, wanted)
        return "F16" if shape[0] % TYPES[wanted].block_elements else wanted

    def _wanted(self, name: str, shape: Shape) -> str:
        if name == "output.weight":
            return self._output(shape)
        if self._mix == "MXFP4":
            return "MXFP4" if len(shape) == 3 else "Q8_0"
        match _category(name):
            case "attn_v":
                return self._attn_v()
            case "attn_k" if self._spec.n_expert == 8:
                return "Q8_0"
            case "attn_output":
                return self._attn_output()
            case "ffn_down":
                return self._ffn_down(block_of(name))
        return self._default

    def _output(self, shape: Shape) -> str:
        if self._mix in ("MXFP4", "Q8_0") or shape[0] % TYPES[self._default].block_elements:
            return "Q8_0"
        return "Q6_K"

    def _attn_v(self) -> str:
        index, self._attn_v_seen = self._attn_v_seen, self._attn_v_seen + 1
        if self._spec.n_expert == 8:
            return "Q8_0"
        wanted = self._default
        if self._mix == "Q2_K":
            wanted = "Q4_K" if self._n_gqa >= 4 else "Q3_K"
        elif self._mix == "IQ4_XS" and self._n_gqa >= 4:
            wanted = "Q5_K"
        elif self._mix == "Q4_K_M" and _more_bits(index, self._attn_v_count):
            wanted = "Q6_K"
        return "Q5_K" if self._is_llama_70b() and wanted in ("Q3_K", "Q4_K") else wanted

    def _is_llama_70b(self) -> bool:
        spec = self._spec
        return (spec.architecture, spec.n_layer) == ("llama", 80) and self._n_gqa > 1

    def _attn_output(self) -> str:
        if self._spec.n_expert == 8 and self._mix in ("Q2_K", "Q4_K_M", "IQ4_XS"):
            return "Q5_K"
        return "Q3_K" if self._mix == "Q2_K" else self._default

    def _ffn_down(self, layer: int) -> str:
        if self._mix == "Q2_K":
            return "Q3_K"
        if self._mix == "Q4_K_M" and _more_bits(layer, self._spec.n_block):
            return "Q6_K"
        first_eighth = layer < self._spec.n_block // 8
        if self._mix == "IQ4_XS" and first_eighth and not self._imatrix:
            return "Q5_K"
        return self._default
