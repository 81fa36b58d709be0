"""How memory divides among what the engine holds, other programs and nothing: pure sums."""

from __future__ import annotations

from dataclasses import dataclass

from app.session_state import SystemMemory
from runtime.language import marked
from runtime.protocol.messages import DeviceMemory, MemoryUse

# The design's order, which never changes; in a plan shared and routed experts come second.
CLASSES = (
    ("attention_dense", marked("Weights")),
    ("kv_cache", marked("KV cache")),
    ("compute", marked("Compute")),
    ("other_programs", marked("Other programs")),
    ("free", marked("Free")),
)


@dataclass(frozen=True)
class MemoryShares:
    """One bar. Sizes in bytes by class; `total_bytes` None where a capacity is not known."""

    name: str
    column: str
    sizes: dict[str, int]
    total_bytes: int | None

    @property
    def used_bytes(self) -> int:
        return sum(size for name, size in self.sizes.items() if name != "free")


def memory_shares(
    engine: MemoryUse | None, system: SystemMemory | None
) -> tuple[MemoryShares, ...]:
    """A bar for each device of the engine that has its own memory, then RAM."""
    devices = engine.devices if engine is not None else ()
    own = [device for device in devices if not device.is_host]
    bars = [
        MemoryShares(device.name, "GPU" if len(own) == 1 else device.name, _engine((device,)), None)
        for device in own
    ]
    if system is not None:
        host = _engine(tuple(device for device in devices if device.is_host))
        held = sum(host.values())
        used = system.total_bytes - system.available_bytes
        # A mapped file counts as available until it is read, so either figure may be the larger.
        other = max(0, used - max(held, system.engine_rss_bytes))
        free = max(0, system.total_bytes - held - other)
        sizes = host | {"other_programs": other, "free": free}
        bars.append(MemoryShares("RAM", "RAM", sizes, system.total_bytes))
    return tuple(bars)


def _engine(devices: tuple[DeviceMemory, ...]) -> dict[str, int]:
    return {
        "attention_dense": sum(device.weights_bytes for device in devices),
        "kv_cache": sum(device.kv_bytes for device in devices),
        "compute": sum(device.compute_bytes for device in devices),
    }
