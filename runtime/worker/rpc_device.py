"""`python -m runtime.worker.rpc_device HOST:PORT [THREADS]`: offers this processor as a device.

llama.cpp's own way to span machines; on one machine, a second device for tests.
"""

from __future__ import annotations

import ctypes
import sys

from runtime.worker.standard_streams import claim_standard_streams


def main() -> int:
    endpoint = sys.argv[1]
    n_threads = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    _, out = claim_standard_streams()
    # Imported after the streams are claimed: loading the native libraries may print.
    from runtime.engine import bindings
    from runtime.engine.loaded_parts import load_parts

    load_parts()
    ggml = bindings.ggml_library("ggml")
    ggml.ggml_backend_dev_by_type.restype = ctypes.c_void_p
    processor = ggml.ggml_backend_dev_by_type(0)  # GGML_BACKEND_DEVICE_TYPE_CPU
    devices = (ctypes.c_void_p * 1)(processor)
    start = bindings.ggml_library("ggml-rpc").ggml_backend_rpc_start_server
    start.restype = None
    start.argtypes = [
        *(ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_size_t),
        ctypes.c_void_p,
    ]
    out.close()
    start(endpoint.encode(), None, n_threads, 1, devices)
    return 1


if __name__ == "__main__":
    sys.exit(main())
