"""`python -m runtime.worker.describe`: what this engine build really is, as one JSON object."""

from __future__ import annotations

import sys
from typing import Any

import msgspec

from runtime.engine import bindings


def description() -> dict[str, Any]:
    """Version, CPU features in use, offload abilities and ggml's devices."""
    return {
        "llama_cpp_python": bindings.engine_version(),
        "system_info": bindings.system_info(),
        "gpu_offload": bindings.supports_gpu_offload(),
        "rpc": bindings.supports_rpc(),
        "devices": list(bindings.devices()),
    }


if __name__ == "__main__":
    silent = bindings.capture_log(lambda _level, _text: None)
    sys.stdout.buffer.write(msgspec.json.encode(description()) + b"\n")
