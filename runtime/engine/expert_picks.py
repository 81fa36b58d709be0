"""Which experts the router picks, read out of llama.cpp's graph while it is computed."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np

from runtime.engine.bindings import ggml_library, llama

# llama-graph.cpp, build_moe_ffn: `cb(selected_experts, "ffn_moe_topk", il)` makes ffn_moe_topk-7.
PICKS_NAME = b"ffn_moe_topk-"
_NAME_BYTES = len(PICKS_NAME) + 8
_TELLING = 10  # The "p": few names in a graph have one at that place.
_ID_BYTES = 4

Asked = Callable[[int, bool], bool]


class ExpertPicks:
    """The picks of what one context computes, while `watching`. Keep it as long as the context.

    `n_used` ids a token are read; a layer that picks another number is left out.
    """

    def __init__(self, n_experts: int, n_used: int) -> None:
        self.n_experts = n_experts
        self.n_used = n_used
        self.watching = False
        self._row_bytes = n_used * _ID_BYTES
        self._found: list[tuple[bytes, bytes]] = []
        self._ggml = _ggml()
        self._native = _CALLBACK(self._asked(_name_offset(self._ggml)))
        self.callback = ctypes.cast(self._native, llama.ggml_backend_sched_eval_callback)

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

    def _asked(self, name_offset: int) -> Asked:
        """What llama.cpp asks of every node before it computes it, and of those wanted afterwards.

        It must not raise: of a node that gets False afterwards the rest of the graph is left out.
        It is asked 1,446 times a token of the starter model, so one letter of the name is looked at
        where it lies and no object is made. A token of a tiny model with as many layers (1.5 ms)
        takes 1.6 ms longer when the names are read with `string_at`, 1.3 with `ggml_get_name`, 0.8
        with `from_address`, and 0.5 to 0.7 so (November 2026).
        """
        # An item for every address there is: that of a tensor is the letter in its name.
        letters = (ctypes.c_ubyte * (1 << 62)).from_address(name_offset + _TELLING)
        telling = PICKS_NAME[_TELLING]
        text, ggml = ctypes.string_at, self._ggml
        row, row_bytes = ctypes.create_string_buffer(self._row_bytes), self._row_bytes

        def asked(tensor: int, before: bool) -> bool:
            if letters[tensor] != telling:
                return False
            name = text(tensor + name_offset, _NAME_BYTES)
            if before:
                return self.watching and name.startswith(PICKS_NAME)
            n_bytes = ggml.ggml_nbytes(tensor)
            if n_bytes == row_bytes:
                ggml.ggml_backend_tensor_get(tensor, row, 0, n_bytes)
                ids = row.raw
            else:
                ids = self._rows(tensor, n_bytes)
            self._found.append((name, ids))
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


# The third argument, a pointer of our own, is not taken: the caller passes it in a register.
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
