"""What llama.cpp's log says about memory, read with one regex per kind of line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from runtime.protocol.messages import DeviceMemory

MIB = 1024 * 1024
LOG_LEVEL_ERROR = 4
LOG_LEVEL_CONTINUE = 5

# load_tensors:   CPU_Mapped model buffer size =   424.86 MiB
# load_tensors: RPC0[127.0.0.1:50052] model buffer size =   171.73 MiB
# llama_kv_cache:        CPU KV buffer size =    90.00 MiB
# llama_memory_recurrent:        CPU RS buffer size =     1.25 MiB
# sched_reserve:        CPU compute buffer size =    98.25 MiB
# llama_context:        CPU  output buffer size =     0.19 MiB
BUFFER = re.compile(
    r"^\w+:\s+(?P<buffer>\S+)\s+(?P<kind>model|KV|RS|compute|output) buffer size"
    r" =\s+(?P<mib>[\d.]+) MiB"
)
# Buffer types that live in host RAM: CPU, CPU_Mapped, CPU_REPACK, CPU_AARCH64, AMX, CUDA_Host, …
HOST_BUFFER = re.compile(r"^(CPU|AMX)|_Host$")

Purpose = Literal["weights", "kv", "compute"]
PURPOSES: dict[str, Purpose] = {
    "model": "weights",
    "KV": "kv",
    "RS": "kv",
    "compute": "compute",
    "output": "compute",
}


class NativeLog:
    """Keeps the lines of one load; continuation pieces (the progress dots) are left out."""

    def __init__(self) -> None:
        self._lines: list[tuple[int, str]] = []

    def write(self, level: int, text: str) -> None:
        if level == LOG_LEVEL_CONTINUE:
            return
        self._lines.append((level, text.rstrip("\n")))

    def clear(self) -> None:
        self._lines.clear()

    @property
    def lines(self) -> list[str]:
        return [text for _level, text in self._lines]

    @property
    def errors(self) -> list[str]:
        return [text for level, text in self._lines if level == LOG_LEVEL_ERROR]


def device_memory(lines: Iterable[str]) -> tuple[DeviceMemory, ...]:
    """Engine buffers per device, other devices first, host RAM ("RAM") last, from one load's lines.

    Several buffers on one device (mapped and repacked weights, split files) add up.
    """
    sizes: dict[tuple[str, bool], dict[Purpose, int]] = {}
    for line in lines:
        found = BUFFER.match(line)
        if found is None:
            continue
        is_host = HOST_BUFFER.search(found["buffer"]) is not None
        device = ("RAM" if is_host else found["buffer"], is_host)
        purposes = sizes.setdefault(device, {"weights": 0, "kv": 0, "compute": 0})
        purposes[PURPOSES[found["kind"]]] += round(float(found["mib"]) * MIB)
    ordered = sorted(sizes.items(), key=lambda item: (item[0][1], item[0][0]))
    return tuple(
        DeviceMemory(
            name=name,
            is_host=is_host,
            weights_bytes=purposes["weights"],
            kv_bytes=purposes["kv"],
            compute_bytes=purposes["compute"],
        )
        for (name, is_host), purposes in ordered
    )
