"""Which experts the router picks, read out of llama.cpp's graph while it is computed."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np

from runtime.engine.bindings import ggml_library, llama

# llama-graph.cpp, build_moe_ffn: `cb(selected_experts, "ffn_moe_topk", il)` makes ffn_moe_topk-7.
PICKS_NAME = b"ffn_moe_topk-"
_ID_BYTES = 4
_TELLING = 10  # The "p": few names of a graph have one at that place.
_LONGEST_LAYER = 8

Asked = Callable[[int, bool], bool]


class ExpertPicks:
    """The picks of what one context computes, while `watching`. Keep it as long as the context.

    `n_used` ids a token are read; a layer that picks another number is left out.
    """

    def __init__(self, n_experts: int, n_used: int) -> None:
        self.n_experts = n_experts
        self.n_used = n_used
        self.watching = False
        self._read: list[tuple[bytes, bytes]] = []
        self._row_bytes = n_used * _ID_BYTES
        self._row = ctypes.create_string_buffer(self._row_bytes)
        self._ggml = _ggml()
        self._name_offset = _name_offset(self._ggml)
        # An exception in here would make the answer false: llama.cpp leaves the rest of a graph
        # uncomputed when the callback says False of a tensor that it asked for.
        self._native = _CALLBACK(self._asked())
        self.callback = ctypes.cast(self._native, llama.ggml_backend_sched_eval_callback)

    def take(self) -> dict[int, bytes]:
        """What was picked since the last call: for each layer `n_used` int32 ids a token.

        The last layer sees only tokens whose logits are wanted, the last ones of what was computed.
        """
        read, self._read = self._read, []
        picked: dict[int, bytes] = {}
        for name, ids in read:
            layer = name[len(PICKS_NAME) :].partition(b"\0")[0]
            if layer.isdigit():
                number = int(layer)
                picked[number] = picked.get(number, b"") + ids
        return picked

    def _asked(self) -> Asked:  # noqa: C901
        """What llama.cpp asks of every node before it is computed, then of those wanted after it.

        1,446 times a token of the starter model, so the name is not made into a Python object: one
        of its words is read where it lies. Per token, on top of 1.5 ms without any callback: 0.5 ms
        so, 0.7 with `from_address` of that word, 1.2 with `ggml_get_name`, 1.6 with `string_at`;
        stopping the graph is 0.1 of it and a callback that says no 0.25 (November 2026).
        """
        # An item for every address: that of a tensor is the letter at `_TELLING` of its name.
        letters = (ctypes.c_ubyte * (1 << 62)).from_address(self._name_offset + _TELLING)
        telling = PICKS_NAME[_TELLING]
        name, name_bytes = self._name_offset, len(PICKS_NAME) + _LONGEST_LAYER
        text, size, get = ctypes.string_at, self._ggml.ggml_nbytes, self._ggml.ggml_backend_tensor_get
        row, row_bytes = self._row, self._row_bytes

        def asked(tensor: int, before: bool) -> bool:
            if letters[tensor] != telling:
                return False
            if before:
                return self.watching and text(tensor + name, len(PICKS_NAME)) == PICKS_NAME
            n_bytes = size(tensor)
            if n_bytes == row_bytes:
                get(tensor, row, 0, n_bytes)
                ids = row.raw
            else:
                ids = self._rows(tensor, n_bytes)
            self._read.append((text(tensor + name, name_bytes), ids))
            return True

        return asked

    def _rows(self, tensor: int, n_bytes: int) -> bytes:
        """The ids of several tokens. They are the first of all experts, sorted: rows lie apart."""
        n_rows = self._ggml.ggml_nrows(tensor)
        if n_rows < 2 or self._ggml.ggml_nelements(tensor) != n_rows * self.n_used:
            return b""
        raw = np.empty(n_bytes, np.uint8)
        self._ggml.ggml_backend_tensor_get(tensor, raw.ctypes.data, 0, n_bytes)
        apart = (n_bytes - self._row_bytes) // (n_rows - 1)
        shape, strides = (n_rows, self.n_used), (apart, _ID_BYTES)
        return np.ndarray(shape, np.int32, raw, strides=strides).tobytes()


# The callback's third argument, our own data, is not taken: the caller passes it in a register.
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_ssize_t, ctypes.c_bool)


class _InitParams(ctypes.Structure):
    """ggml.h: struct ggml_init_params."""

    _fields_ = (
        ("mem_size", ctypes.c_size_t),
        ("mem_buffer", ctypes.c_void_p),
        ("no_alloc", ctypes.c_bool),
    )


def _ggml() -> Any:
    library = ggml_library("ggml-base")
    for name, result, arguments in (
        ("ggml_init", ctypes.c_void_p, (_InitParams,)),
        ("ggml_free", None, (ctypes.c_void_p,)),
        ("ggml_tensor_overhead", ctypes.c_size_t, ()),
        ("ggml_new_tensor_1d", ctypes.c_void_p, (ctypes.c_void_p, ctypes.c_int, ctypes.c_int64)),
        ("ggml_get_name", ctypes.c_void_p, (ctypes.c_ssize_t,)),
        ("ggml_nbytes", ctypes.c_size_t, (ctypes.c_ssize_t,)),
        ("ggml_nrows", ctypes.c_int64, (ctypes.c_ssize_t,)),
        ("ggml_nelements", ctypes.c_int64, (ctypes.c_ssize_t,)),
        (
            "ggml_backend_tensor_get",
            None,
            (ctypes.c_ssize_t, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t),
        ),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def _name_offset(ggml: Any) -> int:
    """Where in a `ggml_tensor` its name is, in this build."""
    context = ggml.ggml_init(_InitParams(2 * ggml.ggml_tensor_overhead(), None, True))
    tensor = ggml.ggml_new_tensor_1d(context, 0, 1)
    offset: int = ggml.ggml_get_name(tensor) - tensor
    ggml.ggml_free(context)
    return offset
