"""The table of tensor types is the engine's own, read from the installed library."""

from __future__ import annotations

import ctypes
import importlib.util
import sys
from pathlib import Path

import pytest

from runtime.gguf.tensor_types import TENSOR_TYPES

_NAMES = {"linux": "libggml-base.so.0", "darwin": "libggml-base.dylib", "win32": "ggml-base.dll"}
_GGML_TYPE_COUNT = 43


def _ggml_base() -> ctypes.CDLL:
    spec = importlib.util.find_spec("llama_cpp")
    assert spec is not None
    assert spec.origin is not None
    library = ctypes.CDLL(str(Path(spec.origin).parent / "lib" / _NAMES[sys.platform]))
    library.ggml_type_name.restype = ctypes.c_char_p
    library.ggml_blck_size.restype = ctypes.c_int64
    library.ggml_type_size.restype = ctypes.c_size_t
    return library


@pytest.mark.parametrize("number", range(_GGML_TYPE_COUNT))
def test_agrees_with_ggml(number: int) -> None:
    ggml = _ggml_base()
    known = TENSOR_TYPES.get(number)
    if known is None:
        assert ggml.ggml_type_size(number) == 0
        return
    assert known.name.lower() == ggml.ggml_type_name(number).decode().lower()
    assert (known.block_elements, known.block_bytes) == (
        ggml.ggml_blck_size(number),
        ggml.ggml_type_size(number),
    )


def test_there_are_no_more_types() -> None:
    assert max(TENSOR_TYPES) == _GGML_TYPE_COUNT - 1
