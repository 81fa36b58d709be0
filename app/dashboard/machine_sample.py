"""One reading of the machine: host memory, the worker's own, GPUs; None for unknown."""

from __future__ import annotations

import msgspec


class GpuSample(msgspec.Struct, frozen=True):
    """One GPU now. `worker_bytes` is what the driver says the worker holds, its context included.

    `is_hot` says that heat holds the clock down, `is_power_held` that the power supply or the power
    limit does.
    """

    name: str
    total_bytes: int | None = None
    used_bytes: int | None = None
    worker_bytes: int | None = None
    power_w: float | None = None
    temperature_c: float | None = None
    is_hot: bool = False
    is_power_held: bool = False

    @property
    def free_bytes(self) -> int | None:
        if self.total_bytes is None or self.used_bytes is None:
            return None
        return self.total_bytes - self.used_bytes


class WorkerMemory(msgspec.Struct, frozen=True):
    """The worker's memory as the kernel counts it. All but `rss_bytes` is None where it does not.

    `anon_bytes` is its own, `file_bytes` pages of files that it maps, `shared_bytes` shared memory.
    `model_mapped_bytes` is the stretch of the model's files that is mapped,
    `model_resident_bytes` what of that is in memory; `buffer_bytes` is of `anon_bytes` what lies
    in large blocks, as the engine's buffers do. `major_faults` counts how often it waited for the
    disk so far, `read_bytes` what it made the disk read: one wait may read 16 KiB or 8 MiB.
    """

    rss_bytes: int
    anon_bytes: int | None = None
    file_bytes: int | None = None
    shared_bytes: int = 0
    swapped_bytes: int | None = None
    major_faults: int | None = None
    read_bytes: int | None = None
    model_mapped_bytes: int | None = None
    model_resident_bytes: int | None = None
    buffer_bytes: int | None = None


class MachineSample(msgspec.Struct, frozen=True):
    """`at_s` is time.monotonic(). With `is_container` the totals are those a container may use,
    whose mapped files count as used.

    `worker` is None without one. `cpu_throttles` counts how often the processor slowed down for
    heat.
    """

    at_s: float
    total_bytes: int
    available_bytes: int
    cached_bytes: int = 0
    is_container: bool = False
    worker: WorkerMemory | None = None
    gpus: tuple[GpuSample, ...] = ()
    cpu_throttles: int | None = None
