"""Question and answer of a dry run: what a load would take, without loading."""

from __future__ import annotations

import msgspec

from runtime.errors import Problem
from runtime.protocol.messages import DeviceMemory
from runtime.protocol.placement import Placement


class DryRun(msgspec.Struct, frozen=True):
    """Simulate loading the file at `path`, whose header is enough, under each placement."""

    path: str
    placements: tuple[Placement, ...]
    rpc_servers: tuple[str, ...] = ()


class DryRunResult(msgspec.Struct, frozen=True):
    """Compute buffers by device for each placement; weights and KV are 0 in a dry run.

    `kv_bytes` is the whole cache over all devices, as the engine itself counts it.
    """

    devices: tuple[DeviceMemory, ...] = ()
    kv_bytes: int = 0
    problem: Problem | None = None
