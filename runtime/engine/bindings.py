"""The one module that imports llama_cpp: C functions, ggml's device list, the native log."""

from __future__ import annotations

import ctypes
import importlib.metadata
import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from llama_cpp import llama_cpp as llama
from llama_cpp.llama_grammar import SchemaConverter

__all__ = ["AbortFlag", "NativeDevice", "llama"]

LIBRARY_DIR = Path(llama.__file__).parent / "lib"
# Back ends that are loaded by name, which the wheel of a portable build puts beside the package.
BACKEND_DIR = LIBRARY_DIR.parent.parent / "bin"
DECODE_ABORTED = 2  # llama.h: "2 - aborted (processed ubatches will remain in the memory)"
DECODE_NO_SLOT = 1  # llama.h: "1 - could not find a KV slot for the batch"

# ggml-backend.h: enum ggml_backend_dev_type
DEVICE_KINDS = {0: "cpu", 1: "gpu", 2: "igpu", 3: "accelerator", 4: "meta"}


@dataclass(frozen=True)
class NativeDevice:
    """One entry of ggml's own device list; memory is 0 where the back end does not know it."""

    name: str
    description: str
    kind: str
    free_bytes: int
    total_bytes: int


def engine_version() -> str:
    """The installed llama-cpp-python version, for "which engine build"."""
    return importlib.metadata.version("llama-cpp-python")


def system_info() -> dict[str, bool]:
    """CPU features the build really uses, from a line such as
    `CPU : SSE3 = 1 | SSSE3 = 1 | AVX = 1 | AVX2 = 1 | … | OPENMP = 1 | REPACK = 1 | `.
    """
    line: str = llama.llama_print_system_info().decode()
    features = {}
    for part in line.split("|"):
        name, equals, value = part.rpartition("=")
        if equals:
            features[name.rpartition(":")[2].strip()] = value.strip() == "1"
    return features


def supports_gpu_offload() -> bool:
    return bool(llama.llama_supports_gpu_offload())


def supports_rpc() -> bool:
    return bool(llama.llama_supports_rpc())


def devices() -> tuple[NativeDevice, ...]:
    """Every device ggml knows, in its order."""
    ggml = _device_list()
    found = []
    for index in range(ggml.ggml_backend_dev_count()):
        device = ctypes.c_void_p(ggml.ggml_backend_dev_get(index))
        free, total = ctypes.c_size_t(), ctypes.c_size_t()
        ggml.ggml_backend_dev_memory(device, ctypes.byref(free), ctypes.byref(total))
        kind = ggml.ggml_backend_dev_type(device)
        found.append(
            NativeDevice(
                name=ggml.ggml_backend_dev_name(device).decode(),
                description=ggml.ggml_backend_dev_description(device).decode(),
                kind=DEVICE_KINDS.get(kind, str(kind)),
                free_bytes=free.value,
                total_bytes=total.value,
            )
        )
    return tuple(found)


def ggml_library(stem: str) -> ctypes.CDLL:
    """One of ggml's own libraries: "ggml", "ggml-base", "ggml-rpc"."""
    # The package holds three unlinked copies of each library; libllama is linked to the .so.0
    # names, and any other copy is a second, empty device registry (0.3.36, Linux).
    names = {"win32": f"{stem}.dll", "darwin": f"lib{stem}.0.dylib"}
    linked = LIBRARY_DIR / names.get(sys.platform, f"lib{stem}.so.0")
    # A portable build has no linked copy of a back end.
    by_name = f"{stem}.dll" if sys.platform == "win32" else f"lib{stem}.so"
    candidates = (linked, LIBRARY_DIR / by_name, BACKEND_DIR / by_name)
    return ctypes.CDLL(str(next((path for path in candidates if path.exists()), linked)))


def _device_list() -> ctypes.CDLL:
    library = ggml_library("ggml")
    library.ggml_backend_dev_count.restype = ctypes.c_size_t
    library.ggml_backend_dev_get.restype = ctypes.c_void_p
    library.ggml_backend_dev_get.argtypes = [ctypes.c_size_t]
    library.ggml_backend_dev_name.restype = ctypes.c_char_p
    library.ggml_backend_dev_description.restype = ctypes.c_char_p
    return library


def capture_log(write: Callable[[int, str], None]) -> object:
    """Send llama.cpp's log to `write(level, text)`; keep the returned object for as long.

    Levels are ggml's: 1 debug, 2 info, 3 warning, 4 error, 5 continues the last one.
    """

    @llama.llama_log_callback  # type: ignore[untyped-decorator, unused-ignore]
    def forward(level: int, text: bytes, _user_data: ctypes.c_void_p) -> None:
        write(level, text.decode("utf-8", "replace"))

    llama.llama_log_set(forward, ctypes.c_void_p(0))
    return forward


class _Converter(SchemaConverter):  # type: ignore[misc, unused-ignore]
    """Its own literals lose backslashes: a name with a quote in it ends them too early (0.3.36)."""

    def _format_literal(self, literal: str) -> str:
        # It is given JSON, in which a letter may be written as an escape: no model does that.
        text = json.dumps(json.loads(literal), ensure_ascii=False)
        return '"' + re.sub(r'["\\]', r"\\\g<0>", text) + '"'


def schema_to_gbnf(schema: str) -> str:
    """A grammar for the JSON that `schema` (JSON text) describes.

    It is Python that a hostile schema can keep busy, or make fail in any way.
    """
    converter = _Converter(prop_order={}, allow_fetch=False, dotall=False, raw_pattern=False)
    converter.visit(converter.resolve_refs(json.loads(schema), "stdin"), "")
    return str(converter.format_grammar())


class AbortFlag:
    """A flag llama.cpp polls after every graph node, at no cost.

    The callback is libc's `strlen` on a one-byte buffer: a Python callback runs 515 times a token
    and took decode from 23 to 1,198 ms beside a busy Python thread (measured, November 2026).
    """

    def __init__(self) -> None:
        self._buffer = ctypes.create_string_buffer(2)
        c_library = ctypes.CDLL("msvcrt" if sys.platform == "win32" else None)
        address = ctypes.cast(c_library.strlen, ctypes.c_void_p).value
        self.callback = ctypes.cast(ctypes.c_void_p(address), llama.ggml_abort_callback)
        self.data = ctypes.cast(self._buffer, ctypes.c_void_p)

    def set(self) -> None:
        self._buffer[0] = b"\x01"

    def clear(self) -> None:
        self._buffer[0] = b"\x00"

    @property
    def is_set(self) -> bool:
        return self._buffer[0] != b"\x00"
