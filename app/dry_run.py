"""Asks the engine in a throw-away process what placements would take, without loading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from app.child_process import Child
from runtime.own_program import part_command
from runtime.placement.hardware import Hardware
from runtime.placement.memory import RAM, ComputeBuffers
from runtime.placement.model_layout import ModelLayout
from runtime.placement.residence import Residence, residence
from runtime.protocol.dry_run import DryRun, DryRunResult
from runtime.protocol.placement import Placement

DRY_RUN_COMMAND = part_command("runtime.worker.dry_run")
DEADLINE_S = 15.0


@dataclass(frozen=True)
class DryRuns:
    """The engine's own word on a model at `path`. Devices it does not have can't be asked about."""

    path: Path
    rpc_servers: tuple[str, ...] = ()
    command: tuple[str, ...] = DRY_RUN_COMMAND
    deadline_s: float = DEADLINE_S

    def ask(self, placements: Sequence[Placement]) -> tuple[DryRunResult, ...]:
        """One result for each placement; none at all when the engine does not answer in time."""
        question = DryRun(str(self.path), tuple(placements), self.rpc_servers)
        try:
            text = msgspec.json.encode(question).decode()
        except UnicodeEncodeError:  # a file name that is no text, which the engine can't be told
            return ()
        answer = Child((*self.command, text)).answer(self.deadline_s)
        if answer.returncode != 0:
            return ()
        try:
            return msgspec.json.decode(answer.stdout, type=tuple[DryRunResult, ...])
        except msgspec.MsgspecError:
            return ()


@dataclass
class ComputeTable:
    """What dry runs said, by what the buffers depend on: not which layers give their experts away,
    only whether any does, and which GPUs keep some.
    """

    hardware: Hardware
    layout: ModelLayout
    known: dict[tuple[object, ...], ComputeBuffers] = field(default_factory=dict)

    def get(self, placement: Placement, where: Residence) -> ComputeBuffers | None:
        """What is known of `placement`, which puts things `where`."""
        return self.known.get(_key(self.layout, placement, where))

    def put(self, placement: Placement, result: DryRunResult) -> None:
        """Keep a result; one that failed says nothing."""
        if result.problem is not None:
            return
        sizes = {device.name: device.compute_bytes for device in result.devices}
        gpus = tuple(sizes.get(gpu.name, 0) for gpu in self.hardware.gpus)
        key = _key(self.layout, placement, residence(self.layout, placement))
        self.known[key] = ComputeBuffers(gpus, sizes.get(RAM, 0), is_exact=True)


def _key(layout: ModelLayout, placement: Placement, where: Residence) -> tuple[object, ...]:
    places = set(zip(layout.kinds, where.gpus, where.away, strict=False))
    return (
        placement.n_gpu_layers,
        placement.layers_by_gpu,
        bool(placement.cpu_expert_layers),
        frozenset(gpu for kind, gpu, away in places if layout.layers[kind].routed_bytes > away),
        placement.split_stems,
        *(placement.n_ctx, placement.kv_type, placement.n_batch, placement.n_ubatch),
        *(placement.load_mode, placement.no_host, placement.use_extra_bufts),
        *(placement.op_offload, placement.swa_full),
    )
