"""How memory divides after loading a plan: bars of devices and columns of the table."""

from __future__ import annotations

from dataclasses import dataclass

from app.plan_state import ActualLoad
from runtime.language import marked, tr
from runtime.placement.memory import DeviceUse
from runtime.placement.model_layout import WeightBytes
from runtime.placement.plan import Plan
from ui.memory_shares import MemoryShares
from ui.plan_words import device_column, device_title

CLASSES = (
    ("attention_dense", marked("Attention & dense")),
    ("shared_experts", marked("Shared experts")),
    ("routed_experts", marked("Routed experts")),
    ("kv_cache", marked("KV cache")),
    ("compute", marked("Compute")),
    ("other_programs", marked("Other programs")),
    ("free", marked("Free")),
)


@dataclass(frozen=True)
class PlannedBar:
    """One device. `shares` may add up to more than it has. `planned_bytes` and `actual_bytes` are
    what the model should take and took, None before it was loaded.
    """

    shares: MemoryShares
    total_bytes: int
    left_bytes: int
    planned_bytes: int | None = None
    actual_bytes: int | None = None

    @property
    def needed_bytes(self) -> int:
        return self.shares.used_bytes


def planned_bars(plan: Plan, actual: ActualLoad | None = None) -> tuple[PlannedBar, ...]:
    """GPUs first, RAM last. What memory has no room for and disk gives instead is left out."""
    devices = plan.devices
    taken = {name: (planned, took) for name, planned, took in actual.devices} if actual else {}
    bars = []
    for index, device in enumerate(devices):
        is_host = index == len(devices) - 1
        sizes = _held(device, plan.disk_share if is_host else 0.0)
        held = sum(sizes.values())
        left = device.free_bytes - held
        sizes["other_programs"] = device.total_bytes - device.free_bytes
        sizes["free"] = max(0, left)
        shares = MemoryShares(
            device_title(devices, index), device_column(devices, index), sizes, device.total_bytes
        )
        planned, took = taken.get(device.name) or taken.get(device.label) or (None, None)
        bars.append(PlannedBar(shares, device.total_bytes, left, planned, took))
    return tuple(bars)


def table_columns(plan: Plan) -> tuple[MemoryShares, ...]:
    """A column for each device, and one for what is read from disk where something is."""
    columns = tuple(bar.shares for bar in planned_bars(plan))
    if not plan.disk_share:
        return columns
    from_disk = _weights(plan.devices[-1].weights, plan.disk_share)
    return (*columns, MemoryShares(tr("From disk"), tr("Disk"), from_disk, None))


def _held(device: DeviceUse, disk_share: float) -> dict[str, int]:
    return _weights(device.weights, 1.0 - disk_share) | {
        "kv_cache": device.kv_bytes,
        "compute": device.compute_bytes,
    }


def _weights(weights: WeightBytes, share: float) -> dict[str, int]:
    sizes = {
        "attention_dense": weights.attention + weights.dense + weights.other,
        "shared_experts": weights.shared_experts,
        "routed_experts": weights.routed_experts,
    }
    return {name: round(size * share) for name, size in sizes.items()}
