"""ggml's back ends that are loaded by their file: a processor variant, a GPU pack."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

from runtime.engine import bindings


def variant_score(path: Path) -> int:
    """How well the variant at `path` suits this processor; 0 when it can't run it."""
    try:
        score = ctypes.CDLL(str(path)).ggml_backend_score
    except (OSError, AttributeError):  # not a library for this system; one without a score
        return 0
    score.restype, score.argtypes = ctypes.c_int, []
    return int(score())


def load_backend(path: Path) -> int:
    """Register the back end at `path`; its handle, 0 when ggml refuses it (its log says why)."""
    load = bindings.ggml_library("ggml").ggml_backend_load
    load.restype, load.argtypes = ctypes.c_void_p, [ctypes.c_char_p]
    return load(os.fsencode(path)) or 0


def device_handles(backend: int) -> tuple[int, ...]:
    """The devices of the back end with this handle."""
    base = bindings.ggml_library("ggml-base")
    count, get = base.ggml_backend_reg_dev_count, base.ggml_backend_reg_dev_get
    count.restype, count.argtypes = ctypes.c_size_t, [ctypes.c_void_p]
    get.restype, get.argtypes = ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_size_t]
    return tuple(get(backend, index) for index in range(count(backend)))


def device_text(device: int) -> str:
    """A device's name and description."""
    base = bindings.ggml_library("ggml-base")
    parts = []
    for ask in (base.ggml_backend_dev_name, base.ggml_backend_dev_description):
        ask.restype, ask.argtypes = ctypes.c_char_p, [ctypes.c_void_p]
        parts.append((ask(device) or b"").decode("utf-8", "replace"))
    return f"{parts[0]} ({parts[1]})"


def devices_named(part: str) -> tuple[int, ...]:
    """Those of ggml's list whose name has `part` in it: "RPC0[127.0.0.1:50052]"."""
    ggml = bindings.ggml_library("ggml")
    count, get = ggml.ggml_backend_dev_count, ggml.ggml_backend_dev_get
    count.restype, count.argtypes = ctypes.c_size_t, []
    get.restype, get.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    every = tuple(get(index) for index in range(count()))
    return tuple(device for device in every if part in device_text(device))
