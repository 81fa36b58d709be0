"""`python -m runtime.worker.describe`: what this engine build really is, as one JSON object."""

from __future__ import annotations

from typing import Any

import msgspec

from runtime.worker.standard_streams import claim_standard_streams

# ggml's kinds of device that hold weights outside the processor's memory.
GPU_KINDS = ("gpu", "igpu")
NOT_A_GPU = ("CPU", "BLAS", "RPC")


def description() -> dict[str, Any]:
    """Version, CPU features in use, offload abilities and ggml's devices."""
    # Imported after the streams are claimed: loading the native libraries may print.
    from runtime.engine import bindings
    from runtime.engine.loaded_parts import load_parts

    silent = bindings.capture_log(lambda _level, _text: None)
    loaded = load_parts(say=lambda _line: None)
    devices = bindings.devices()
    found = backends(bindings.llama.llama_print_system_info().decode())
    told = {
        "llama_cpp_python": bindings.engine_version(),
        "system_info": bindings.system_info(),
        "backends": found,
        "gpu_offload": offloads(found, tuple(device.kind for device in devices)),
        "rpc": bindings.supports_rpc(),
        "devices": list(devices),
        "variant": loaded.variant.name if loaded.variant else "",
        "variants": [{"name": one.name, "score": one.score} for one in loaded.variants],
    }
    del silent
    return told


def backends(system_info: str) -> tuple[str, ...]:
    """The back ends a line such as `CUDA : ARCHS = 890 | CPU : SSE3 = 1 | …` names."""
    named = (part.partition(":") for part in system_info.split("|"))
    return tuple(name.strip() for name, colon, _ in named if colon)


def offloads(backends: tuple[str, ...], device_kinds: tuple[str, ...]) -> bool:
    """Whether this build can use a GPU.

    llama_supports_gpu_offload() says yes to any build with RPC (llama.cpp v0.5.0), so not that.
    """
    gpu_built = any(name not in NOT_A_GPU for name in backends)
    return gpu_built or any(kind in GPU_KINDS for kind in device_kinds)


def main() -> None:
    _, out = claim_standard_streams()
    out.write(msgspec.json.encode(description()) + b"\n")
    out.flush()


if __name__ == "__main__":
    main()
