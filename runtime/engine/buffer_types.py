"""ggml's own library: tensor overrides to host memory, and devices reached over RPC."""

from __future__ import annotations

import ctypes
import socket
from collections.abc import Sequence

from runtime.engine import bindings
from runtime.errors import CoterieError, Problem
from runtime.language import tr

CONNECT_S = 2.0


class _Override(ctypes.Structure):
    """`struct llama_model_tensor_buft_override` of llama.h."""

    _fields_ = (("pattern", ctypes.c_char_p), ("buft", ctypes.c_void_p))


class HostOverrides:
    """Tensors matching one of `patterns` stay on the host. Keep it for the model's life."""

    def __init__(self, patterns: Sequence[str]) -> None:
        buffer_type = bindings.ggml_library("ggml-base").ggml_backend_cpu_buffer_type
        buffer_type.restype = ctypes.c_void_p
        host = buffer_type()
        entries = [_Override(pattern.encode(), host) for pattern in patterns]
        self._array = (_Override * (len(entries) + 1))(*entries, _Override(None, None))

    @property
    def pointer(self) -> ctypes.c_void_p:
        return ctypes.cast(self._array, ctypes.c_void_p)


def add_rpc_server(endpoint: str) -> None:
    """Make the devices of an RPC server known, as "HOST:PORT"; once in a process for each.

    CoterieError when it does not answer.
    """
    if endpoint in _known:
        return
    add = bindings.ggml_library("ggml-rpc").ggml_backend_rpc_add_server
    add.restype, add.argtypes = ctypes.c_void_p, [ctypes.c_char_p]
    # llama.cpp aborts the process when it can't connect, so that is tried before.
    registry = add(endpoint.encode()) if _listens(endpoint) else None
    if not registry:
        raise CoterieError(
            Problem(
                "rpc_unreachable",
                tr("The second device does not answer"),
                tr("No RPC server answers at {endpoint}", endpoint=endpoint),
                tr("Start the server there, or load the model without it."),
            )
        )
    register = bindings.ggml_library("ggml").ggml_backend_register
    register.restype, register.argtypes = None, [ctypes.c_void_p]
    register(registry)
    _known.add(endpoint)


def _listens(endpoint: str) -> bool:
    host, _, port = endpoint.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), CONNECT_S):
            return True
    except (OSError, ValueError, OverflowError):  # no one there, no number, none of a port
        return False


# ggml has no way to take a device back, so this is the process's own state as ggml's list is.
_known: set[str] = set()
