"""What the worker really holds, by class: the engine's log against the kernel's sums.

The engine says how large its buffers are; the kernel says what of them is in memory. The parts of
one device always add up to what the kernel (or the GPU's driver) says that the process has there:
what no class explains is the engine itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.dashboard.machine_sample import GpuSample, WorkerMemory
from runtime.placement.memory import weights_by_device
from runtime.placement.model_layout import ModelLayout, WeightBytes
from runtime.placement.residence import HOST, Residence
from runtime.protocol.messages import DeviceMemory


@dataclass(frozen=True)
class Weights:
    """Bytes by the dashboard's classes; attention, embeddings, output, routers and norms are all
    `dense`.
    """

    dense: int = 0
    shared: int = 0
    routed: int = 0

    @property
    def total(self) -> int:
        return self.dense + self.shared + self.routed

    def without(self, size_bytes: int) -> Weights:
        """Less so many bytes. Those read least go first, as the kernel takes them: routed experts,
        of which a token reads a few; then the shared ones.
        """
        routed = max(0, self.routed - size_bytes)
        left = size_bytes - (self.routed - routed)
        shared = max(0, self.shared - left)
        left -= self.shared - shared
        return Weights(max(0, self.dense - left), shared, routed)

    def less(self, other: Weights) -> Weights:
        return Weights(
            self.dense - other.dense, self.shared - other.shared, self.routed - other.routed
        )


@dataclass(frozen=True)
class Held:
    """What the worker has on one device. `itself_bytes` is the engine's own: program, vocabulary, a
    GPU's context; `copies_bytes` of it are pages of the file whose weights lie elsewhere.

    `from_disk` are mapped weights that are not in memory, out of `mapped_bytes`.
    """

    weights: Weights = Weights()
    kv_bytes: int = 0
    compute_bytes: int = 0
    itself_bytes: int = 0
    copies_bytes: int = 0
    from_disk: Weights = Weights()
    mapped_bytes: int = 0

    @property
    def total_bytes(self) -> int:
        return self.weights.total + self.kv_bytes + self.compute_bytes + self.itself_bytes


def classed(weights: WeightBytes) -> Weights:
    dense = weights.attention + weights.dense + weights.other
    return Weights(dense, weights.shared_experts, weights.routed_experts)


def weights_of_devices(layout: ModelLayout, where: Residence, n_gpus: int) -> tuple[Weights, ...]:
    """By GPU in ggml's order, the host's last."""
    used = max((gpu for gpu in where.gpus if gpu != HOST), default=-1) + 1
    found = weights_by_device(layout, where, max(used, n_gpus))
    return tuple(classed(part) for part in (*found[:n_gpus], found[-1]))


def held_on_gpu(logged: DeviceMemory, weights: Weights, sample: GpuSample | None) -> Held:
    """Memory of a GPU is there as soon as it is reserved, so the engine's own figures count."""
    others = min(weights.shared + weights.routed, logged.weights_bytes)
    routed = min(weights.routed, others)
    split = Weights(logged.weights_bytes - others, others - routed, routed)
    explained = logged.weights_bytes + logged.kv_bytes + logged.compute_bytes
    told = sample.worker_bytes if sample else None
    itself = max(0, told - explained) if told is not None else 0
    return Held(split, logged.kv_bytes, logged.compute_bytes, itself)


def held_in_ram(logged: DeviceMemory | None, weights: Weights, worker: WorkerMemory) -> Held:
    """`weights` are all that the host should have; `logged` is None where the engine has nothing
    there.
    """
    if logged is None:
        return Held(itself_bytes=worker.rss_bytes)
    mapped = _mapped_bytes(logged, weights, worker)
    resident = _resident_bytes(mapped, worker)
    private = weights.total - mapped
    room = _room_bytes(worker, resident)
    # Copied weights and the KV cache are written as they are made; of compute buffers there is
    # only what a prompt was long enough to touch.
    copied = min(private, room)
    kv = min(logged.kv_bytes, room - copied)
    compute = max(0, min(logged.compute_bytes, _buffer_bytes(worker, room) - copied - kv))
    here = weights.without(weights.total - resident - copied)
    itself = max(0, worker.rss_bytes - here.total - kv - compute)
    copies = min(itself, max(0, (worker.model_resident_bytes or 0) - resident))
    evicted = weights.less(weights.without(mapped - resident))
    return Held(here, kv, compute, itself, copies, evicted, mapped)


def _mapped_bytes(logged: DeviceMemory, weights: Weights, worker: WorkerMemory) -> int:
    """What of the host's weights is mapped. The engine logs mapped weights as the whole stretch of
    the file from the first to the last, and what it copied beside that.
    """
    if worker.model_mapped_bytes is None:
        return 0
    copied = max(0, logged.weights_bytes - worker.model_mapped_bytes)
    return max(0, weights.total - copied) if worker.model_mapped_bytes else 0


def _resident_bytes(mapped: int, worker: WorkerMemory) -> int:
    """What of the mapped weights is in memory. Pages between them whose weights are on a GPU are
    never read again and go before them.
    """
    if worker.model_resident_bytes is None:
        return mapped
    return min(mapped, worker.model_resident_bytes)


def _room_bytes(worker: WorkerMemory, resident: int) -> int:
    """What is not the model's pages. A model in a memory file system counts as shared memory."""
    rest = worker.rss_bytes - resident
    if worker.anon_bytes is None or worker.model_mapped_bytes is None:
        return rest
    return min(rest, worker.anon_bytes + worker.shared_bytes)


def _buffer_bytes(worker: WorkerMemory, room: int) -> int:
    """Shared memory too, since pinned buffers may lie there; but not a model's that does."""
    if worker.buffer_bytes is None:
        return room
    model_bytes = max(0, (worker.model_resident_bytes or 0) - (worker.file_bytes or 0))
    return min(room, worker.buffer_bytes + max(0, worker.shared_bytes - model_bytes))
