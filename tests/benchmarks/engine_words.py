"""What llama.cpp itself says of the true shapes, from a process of its own: `python -m` this.

`mixes` prints the types its quantiser gives every spec's tensors in every mix; `loads PATH…` prints
for each file how many parameters it loads, and whether it makes a context for them.
"""

from __future__ import annotations

import ctypes
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.true_shapes.mixes import FILE_TYPE_NUMBERS, MIXES, is_quantised
from benchmarks.true_shapes.spec import ModelSpec
from benchmarks.true_shapes.specs import SPECS
from benchmarks.true_shapes.tensors import Shape, tensors
from runtime.engine.bindings import LIBRARY_DIR, llama
from runtime.gguf.tensor_types import TENSOR_TYPES

# llama-ext.h has no C names: these are g++'s and clang's.
_INIT = "_Z16llama_quant_initPK11llama_modelPK27llama_model_quantize_params"
_FREE = "_Z16llama_quant_freeP19quantize_state_impl"
_COMPUTE = (
    "_Z25llama_quant_compute_typesP19quantize_state_impl11llama_ftypePP11ggml_tensorP9ggml_typem"
)
_MODEL = "_Z31llama_quant_model_from_metadataPK22llama_quant_model_desc"
_F32 = 0


class _Description(ctypes.Structure):
    """`struct llama_quant_model_desc`."""

    _fields_ = (
        ("architecture", ctypes.c_char_p),
        *((name, ctypes.c_uint32) for name in ("n_embd", "n_ff", "n_layer", "n_head")),
        *((name, ctypes.c_uint32) for name in ("n_head_kv", "n_expert", "head_k", "head_v")),
    )


class _ContextParameters(ctypes.Structure):
    """`struct ggml_init_params`."""

    _fields_ = (
        ("mem_size", ctypes.c_size_t),
        ("mem_buffer", ctypes.c_void_p),
        ("no_alloc", ctypes.c_bool),
    )


def mixes() -> dict[str, dict[str, dict[str, str]]]:
    """Types by spec, mix and tensor; those no mix changes are left out. Empty where the
    library has other names for this."""
    try:
        library = ctypes.CDLL(str(LIBRARY_DIR / "libllama.so"))
        ggml = ctypes.CDLL(str(LIBRARY_DIR / "libggml-base.so.0"))
        functions = [_function(library, name) for name in (_MODEL, _INIT, _COMPUTE, _FREE)]
    except (OSError, AttributeError):
        return {}
    return {
        spec.name: {mix: _types(spec, mix, ggml, functions) for mix in MIXES}
        for spec in SPECS.values()
    }


def _function(library: ctypes.CDLL, name: str) -> Any:
    found = getattr(library, name)
    found.restype = ctypes.c_void_p
    return found


def _types(
    spec: ModelSpec, mix: str, ggml: ctypes.CDLL, functions: Sequence[Any]
) -> dict[str, str]:
    new_model, new_state, compute, free_state = functions
    shapes = {name: shape for name, shape in tensors(spec).items() if is_quantised(name, shape)}
    description = _Description(
        spec.architecture.encode(),
        *(spec.n_embd, spec.n_ff, spec.n_block, spec.n_head),
        *(spec.n_head_kv, spec.n_expert, spec.head, spec.head),
    )
    model = ctypes.c_void_p(new_model(ctypes.byref(description)))
    parameters = llama.llama_model_quantize_default_params()
    state = ctypes.c_void_p(new_state(model, ctypes.byref(parameters)))
    pointers = _tensors(ggml, shapes)
    found = (ctypes.c_int * len(shapes))()
    compute(state, FILE_TYPE_NUMBERS[mix], pointers, found, ctypes.c_size_t(len(shapes)))
    free_state(state)
    return {name: TENSOR_TYPES[number].name for name, number in zip(shapes, found, strict=True)}


def _tensors(ggml: ctypes.CDLL, shapes: dict[str, Shape]) -> Any:
    """Tensors without data, in a context that lives as long as this process."""
    ggml.ggml_init.restype = ctypes.c_void_p
    ggml.ggml_new_tensor.restype = ctypes.c_void_p
    context = ctypes.c_void_p(ggml.ggml_init(_ContextParameters(2 << 20, None, True)))
    made = []
    for name, shape in shapes.items():
        lengths = (ctypes.c_int64 * len(shape))(*shape)
        tensor = ctypes.c_void_p(ggml.ggml_new_tensor(context, _F32, len(shape), lengths))
        ggml.ggml_set_name(tensor, name.encode())
        made.append(tensor)
    return (ctypes.c_void_p * len(made))(*made)


def loads(path: Path) -> dict[str, int | bool]:
    """Load the file without taking memory for its weights."""
    parameters = llama.llama_model_default_params()
    parameters.no_alloc = True
    parameters.load_mode = llama.LLAMA_LOAD_MODE_NONE
    model = llama.llama_model_load_from_file(str(path).encode(), parameters)
    if not model:
        return {"parameters": 0, "context": False}
    context_parameters = llama.llama_context_default_params()
    context_parameters.n_ctx = 512
    context = llama.llama_init_from_model(model, context_parameters)
    said = {"parameters": llama.llama_model_n_params(model), "context": bool(context)}
    if context:
        llama.llama_free(context)
    llama.llama_model_free(model)
    return said


if __name__ == "__main__":
    what, *paths = sys.argv[1:]
    print(json.dumps(mixes() if what == "mixes" else [loads(Path(path)) for path in paths]))
