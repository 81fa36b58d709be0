"""Which experts the router picks, read out of llama.cpp's graph while it is computed."""

from __future__ import annotations

import ctypes
import importlib.machinery
from pathlib import Path
from typing import Any

import numpy as np

from runtime.engine.bindings import ggml_library, llama

# llama-graph.cpp, build_moe_ffn: `cb(selected_experts, "ffn_moe_topk", il)` makes ffn_moe_topk-7.
PICKS_NAME = b"ffn_moe_topk-"
_NAME_BYTES = len(PICKS_NAME) + 8
_ID_BYTES = 4


class ExpertPicks:
    """The picks of what one context computes, while `watching`. Keep it as long as the context.

    `n_used` ids a token are read; a layer that picks another number is left out.
    """

    def __init__(self, n_experts: int, n_used: int) -> None:
        self.n_experts = n_experts
        self.n_used = n_used
        self._row = ctypes.create_string_buffer(n_used * _ID_BYTES)
        self._found: list[tuple[bytes, bytes]] = []
        self._ggml = _ggml()
        self._name_offset = _name_offset(self._ggml)
        self._tap = _Tap(
            self._name_offset, PICKS_NAME, len(PICKS_NAME), _COMPUTED(self._computed), False
        )
        self.callback = ctypes.cast(
            _tap_library().coterie_expert_tap, llama.ggml_backend_sched_eval_callback
        )
        self.data = ctypes.cast(ctypes.byref(self._tap), ctypes.c_void_p)

    @property
    def watching(self) -> bool:
        return bool(self._tap.watching)

    @watching.setter
    def watching(self, on: bool) -> None:
        self._tap.watching = on

    def take(self) -> dict[int, bytes]:
        """What was picked since the last call: for each layer `n_used` int32 ids a token.

        The last layer sees only tokens whose logits are wanted, the last ones of what was computed.
        """
        found, self._found = self._found, []
        picked: dict[int, bytes] = {}
        for name, ids in found:
            layer = name[len(PICKS_NAME) :].partition(b"\0")[0]
            if ids and layer.isdigit():
                number = int(layer)
                picked[number] = picked.get(number, b"") + ids
        return picked

    def _computed(self, tensor: int) -> bool:
        """A wanted node was computed. Must not raise: after a False the rest is left out."""
        n_bytes = self._ggml.ggml_nbytes(tensor)
        if n_bytes == len(self._row):
            self._ggml.ggml_backend_tensor_get(tensor, self._row, 0, n_bytes)
            ids = self._row.raw
        else:
            ids = self._rows(tensor, n_bytes)
        self._found.append((ctypes.string_at(tensor + self._name_offset, _NAME_BYTES), ids))
        return True

    def _rows(self, tensor: int, n_bytes: int) -> bytes:
        """The ids of several tokens. They are the first of all experts, sorted: rows lie apart."""
        n_rows = self._ggml.ggml_nrows(tensor)
        if n_rows < 2 or self._ggml.ggml_nelements(tensor) != n_rows * self.n_used:
            return b""
        raw = np.empty(n_bytes, np.uint8)
        self._ggml.ggml_backend_tensor_get(tensor, raw.ctypes.data, 0, n_bytes)
        apart = (n_bytes - len(self._row)) // (n_rows - 1)
        shape, strides = (n_rows, self.n_used), (apart, _ID_BYTES)
        return np.ndarray(shape, np.int32, raw, strides=strides).tobytes()


_COMPUTED = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_ssize_t)


class _Tap(ctypes.Structure):
    """expert_tap.c: struct tap."""

    _fields_ = (
        ("name_offset", ctypes.c_size_t),
        ("prefix", ctypes.c_char_p),
        ("prefix_bytes", ctypes.c_size_t),
        ("computed", _COMPUTED),
        ("watching", ctypes.c_bool),
    )


class _InitParams(ctypes.Structure):
    """ggml.h: struct ggml_init_params."""

    _fields_ = (
        ("mem_size", ctypes.c_size_t),
        ("mem_buffer", ctypes.c_void_p),
        ("no_alloc", ctypes.c_bool),
    )


def _tap_library() -> ctypes.CDLL:
    """expert_tap.c, compiled when Coterie was installed.

    llama.cpp asks of each node before it computes it, 1,416 times a token of the starter model.
    A Python function as the callback made two threads answer a tenth slower.
    """
    here = Path(__file__).with_name("expert_tap")
    files = (here.with_suffix(ending) for ending in importlib.machinery.EXTENSION_SUFFIXES)
    return ctypes.CDLL(str(next(file for file in files if file.exists())))


def _ggml() -> Any:
    library = ggml_library("ggml-base")
    tensor, size, number = ctypes.c_ssize_t, ctypes.c_size_t, ctypes.c_int64
    pointer = ctypes.c_void_p
    for name, result, arguments in (
        ("ggml_init", pointer, (_InitParams,)),
        ("ggml_free", None, (pointer,)),
        ("ggml_tensor_overhead", size, ()),
        ("ggml_new_tensor_1d", tensor, (pointer, ctypes.c_int, number)),
        ("ggml_get_name", tensor, (tensor,)),
        ("ggml_nbytes", size, (tensor,)),
        ("ggml_nrows", number, (tensor,)),
        ("ggml_nelements", number, (tensor,)),
        ("ggml_backend_tensor_get", None, (tensor, pointer, size, size)),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def _name_offset(ggml: Any) -> int:
    """How far behind the start of a tensor its name is, in this build."""
    context = ggml.ggml_init(_InitParams(2 * ggml.ggml_tensor_overhead(), None, True))
    tensor = ggml.ggml_new_tensor_1d(context, 0, 1)
    offset: int = ggml.ggml_get_name(tensor) - tensor
    ggml.ggml_free(context)
    return offset
