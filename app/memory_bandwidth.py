"""`python -m app.memory_bandwidth THREADS BYTES`: how fast this processor reads its memory."""

from __future__ import annotations

import logging
import os
import statistics
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from app.child_process import Child
from app.json_file import Unreadable, read_json, write_json
from runtime.errors import CoterieError
from runtime.own_program import part_command

_LOG = logging.getLogger(__name__)
COMMAND = part_command("app.memory_bandwidth")
DEADLINE_S = 15.0
MIB = 1024**2
MOST_BYTES = 512 * MIB
FEWEST_BYTES = 128 * MIB
CACHES = "sys/devices/system/cpu"
_FORMAT = 1
# A quiet machine's figures stay true; those of a busy one are only good for a while.
_LASTS_S = 30 * 86_400.0
_BUSY_LASTS_S = 600.0
_QUIET_SHARE = 0.9
_WINDOWS = 5
_WINDOW_S = 0.08
# Long enough that Python's part of each read does not count, short enough to end in time.
_PIECE_BYTES = 8 * MIB
_MATRIX_ROWS = 768
_MATRIX_TIME_S = 0.15


class HostSpeed(msgspec.Struct, frozen=True):
    """What the threads reached together reading, and one core in a float32 matrix product.

    The product stands in for llama.cpp's own ones of quantised weights; runs calibrate it later.
    `cpu_share` is the processor time that the threads got of what they asked for: below 1, other
    programs were busy.
    """

    bandwidth_bytes_per_s: float
    core_flops_per_s: float
    cpu_share: float = 1.0

    @property
    def quiet(self) -> bool:
        return self.cpu_share >= _QUIET_SHARE


class _Entry(msgspec.Struct, frozen=True):
    speed: HostSpeed
    measured_s: float


class _Stored(msgspec.Struct, frozen=True):
    format: int = _FORMAT
    machines: dict[str, _Entry] = {}


def host_speed(
    cache_file: Path,
    key: str,
    threads: int,
    buffer_bytes: int,
    command: Sequence[str] = COMMAND,
) -> HostSpeed | None:
    """The kept figures of the machine `key`, else measured now; None when that did not work."""
    stored = _read(cache_file)
    entry = stored.machines.get(key)
    now_s = time.time()
    if entry and 0 <= now_s - entry.measured_s < _lasts_s(entry.speed):
        return entry.speed
    speed = measured_in_child(threads, buffer_bytes, command)
    if entry and entry.speed.quiet and not (speed and speed.quiet):
        return entry.speed
    if speed is not None:
        _write(cache_file, {**stored.machines, key: _Entry(speed, now_s)})
    return speed


def measured_in_child(
    threads: int,
    buffer_bytes: int,
    command: Sequence[str] = COMMAND,
    deadline_s: float = DEADLINE_S,
) -> HostSpeed | None:
    """Measured in a process of its own, whose memory is gone with it; None without an answer."""
    answer = Child((*command, str(threads), str(buffer_bytes))).answer(deadline_s)
    try:
        return msgspec.json.decode(answer.stdout, type=HostSpeed)
    except msgspec.MsgspecError:
        reason = "no answer in time" if answer.timed_out else answer.last_words
        _LOG.warning("the memory's speed was not measured: %s", reason)
        return None


def buffer_bytes_for(free_bytes: int, cache_bytes: int) -> int:
    """Enough that the processor's caches hold little of it, and never much of what is free."""
    wanted = max(FEWEST_BYTES, 4 * cache_bytes)
    return max(MIB, min(wanted, MOST_BYTES, free_bytes // 8))


def last_level_cache_bytes(root: Path = Path("/")) -> int:
    """All level-3 caches together, 0 where the kernel does not tell. `root` holds sys/."""
    caches: dict[str, int] = {}
    for folder in (root / CACHES).glob("cpu[0-9]*/cache/index3"):
        try:
            size = (folder / "size").read_text(encoding="ascii").strip()
            sharers = (folder / "shared_cpu_list").read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            continue
        if size.endswith("K") and size[:-1].isdigit():
            caches[sharers] = int(size[:-1]) * 1024
    return sum(caches.values())


@dataclass
class _Reader:
    """One thread's share of the buffer, and its rate in each window of time."""

    share_bytes: int
    start: threading.Barrier
    rates: list[float]
    cpu_s: float = 0.0
    wall_s: float = 0.0

    def run(self) -> None:
        import numpy as np

        # The thread that reads a page is the first to write it: then it lies on its NUMA node.
        # The largest of 32-bit integers is the reduction of NumPy's that comes nearest to the
        # rate of plain loads on all threads (22.6 GB/s of 22.6 on two cores; sums reach half).
        buffer = np.ones(self.share_bytes // 4, dtype=np.int32)
        pieces = np.array_split(buffer, max(1, self.share_bytes // _PIECE_BYTES))
        for _ in range(_WINDOWS):
            self.start.wait()
            began_s, cpu_began_s, read_bytes = time.perf_counter(), time.thread_time(), 0
            while (elapsed_s := time.perf_counter() - began_s) < _WINDOW_S:
                piece = pieces.pop(0)
                piece.max()
                pieces.append(piece)
                read_bytes += piece.nbytes
            self.rates.append(read_bytes / elapsed_s)
            self.cpu_s += time.thread_time() - cpu_began_s
            self.wall_s += elapsed_s


def measure(threads: int, buffer_bytes: int) -> HostSpeed:
    """Measured in this process, which must not have loaded NumPy with more than one thread."""
    start = threading.Barrier(threads)
    readers = [_Reader(buffer_bytes // threads, start, []) for _ in range(threads)]
    workers = [threading.Thread(target=reader.run) for reader in readers]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    together = [sum(rates) for rates in zip(*(reader.rates for reader in readers), strict=True)]
    share = sum(reader.cpu_s for reader in readers) / sum(reader.wall_s for reader in readers)
    return HostSpeed(statistics.median(together), _core_flops_per_s(), min(1.0, share))


def _core_flops_per_s() -> float:
    import numpy as np

    matrix = np.ones((_MATRIX_ROWS, _MATRIX_ROWS), dtype=np.float32)
    operations = 2 * _MATRIX_ROWS**3
    rates: list[float] = []
    began_s = time.perf_counter()
    while len(rates) < 3 or time.perf_counter() - began_s < _MATRIX_TIME_S:
        product_began_s = time.perf_counter()
        _ = matrix @ matrix
        rates.append(operations / (time.perf_counter() - product_began_s))
    return statistics.median(rates)


def _lasts_s(speed: HostSpeed) -> float:
    return _LASTS_S if speed.quiet else _BUSY_LASTS_S


def _read(path: Path) -> _Stored:
    try:
        stored = read_json(path, _Stored) or _Stored()
    except Unreadable as reason:
        _LOG.info("the machine is measured anew: %s", reason)
        return _Stored()
    return stored if stored.format == _FORMAT else _Stored()


def _write(path: Path, machines: dict[str, _Entry]) -> None:
    try:
        write_json(path, _Stored(_FORMAT, machines))
    except CoterieError as error:
        _LOG.info("the machine's speed is not kept: %s", error)


def main() -> None:
    # Before NumPy is loaded: the product is to run on one core.
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
    os.environ["MKL_NUM_THREADS"] = os.environ["VECLIB_MAXIMUM_THREADS"] = "1"
    speed = measure(int(sys.argv[1]), int(sys.argv[2]))
    sys.stdout.buffer.write(msgspec.json.encode(speed) + b"\n")


if __name__ == "__main__":
    main()
