"""`python -m benchmarks.gpu_ballast BYTES`: takes a GPU's memory until BYTES are free, and waits.

It holds plain allocations, never managed memory, until its standard input ends.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

STEP_BYTES = 1 << 30
LEAST_STEP_BYTES = 8 << 20
PATIENCE_S = 30
_PLACES = (
    "/usr/local/cuda/lib64/libcudart.so*",
    "/usr/local/cuda*/targets/*/lib/libcudart.so*",
    "/opt/cuda/lib64/libcudart.so*",
    "/usr/lib/*-linux-gnu/libcudart.so*",
)


class NoBallast(Exception):
    """The memory could not be held back; the text says why."""


class Memory(Protocol):
    """A GPU's memory: what is free, and taking some (False when there is not so much)."""

    def free_bytes(self) -> int: ...
    def take(self, size: int) -> bool: ...


class CudaMemory:
    """The first visible GPU, through the toolkit's runtime library."""

    def __init__(self, library: Path) -> None:
        self._cuda = ctypes.CDLL(str(library))
        self._taken: list[ctypes.c_void_p] = []

    def free_bytes(self) -> int:
        free, total = ctypes.c_size_t(), ctypes.c_size_t()
        code = self._cuda.cudaMemGetInfo(ctypes.byref(free), ctypes.byref(total))
        if code:
            raise NoBallast(f"cudaMemGetInfo answered {code}")
        return free.value

    def take(self, size: int) -> bool:
        pointer = ctypes.c_void_p()
        if self._cuda.cudaMalloc(ctypes.byref(pointer), ctypes.c_size_t(size)):
            self._cuda.cudaGetLastError()  # else the next call would report it again
            return False
        self._taken.append(pointer)
        return True


def hold(memory: Memory, keep_bytes: int) -> int:
    """Take memory until at most `keep_bytes` are free, but for a step; answers what is free then.

    `NoBallast` when less was free from the start.
    """
    if memory.free_bytes() < keep_bytes - LEAST_STEP_BYTES:
        raise NoBallast(f"only {memory.free_bytes() / 2**30:.1f} GiB of the GPU are free")
    step = STEP_BYTES
    while step >= LEAST_STEP_BYTES:
        wanted = min(step, memory.free_bytes() - keep_bytes)
        if wanted < LEAST_STEP_BYTES or not memory.take(wanted):
            step //= 2
    return memory.free_bytes()


def cuda_library(home: str = "") -> Path | None:
    """The toolkit's libcudart, that of `home` (CUDA_HOME) first; None without one."""
    places = (f"{home}/lib64/libcudart.so*", *_PLACES) if home else _PLACES
    found = (path for place in places for path in sorted(Path("/").glob(place.lstrip("/"))))
    return next(found, None)


@contextmanager
def held_back(keep_bytes: int) -> Iterator[int]:
    """For the block, about `keep_bytes` of the GPU are free; gives what really is. `NoBallast`."""
    process = subprocess.Popen(
        (sys.executable, "-m", "benchmarks.gpu_ballast", str(keep_bytes)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        answer = process.stdout.readline()
        if not answer.strip().isdigit():
            process.kill()
            words = process.stderr.read().strip().splitlines()
            raise NoBallast(words[-1] if words else "the process that holds GPU memory back ended")
        yield int(answer)
    finally:
        process.stdin.close()
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
        process.stderr.close()


def main() -> int:
    library = cuda_library(os.environ.get("CUDA_HOME", ""))
    if library is None:
        print("no libcudart was found: set CUDA_HOME to the CUDA toolkit", file=sys.stderr)
        return 2
    try:
        left = hold(CudaMemory(library), int(sys.argv[1]))
    except (NoBallast, OSError) as reason:
        print(reason, file=sys.stderr)
        return 2
    print(left, flush=True)
    sys.stdin.read()
    return 0


if __name__ == "__main__":
    sys.exit(main())
