"""The object of `coterie doctor --json`, as other programs read it. Its keys are stable."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import msgspec

from app.check_view import CheckView
from app.doctor import Findings
from app.engine_probe import EngineFacts
from app.machine import Machine


def as_json(version: str, findings: Findings, checks: Iterable[CheckView]) -> dict[str, Any]:
    """Sizes are bytes; what is not known is null."""
    return {
        "version": version,
        "machine": _machine(findings.machine),
        "engine": _engine(findings),
        "checks": [{**asdict(check), "detail": on_one_line(check.detail)} for check in checks],
    }


def on_one_line(detail: str) -> str:
    """A check's headline and what stands under it, as sentences."""
    return detail.replace("\n", ". ")


def _machine(machine: Machine) -> dict[str, Any]:
    processor, cores, memory = machine.processor, machine.cores, machine.memory
    return {
        "system": machine.system,
        "cpu": {
            "name": processor.name,
            "architecture": processor.architecture,
            "physical_cores": cores.physical,
            "logical_cores": cores.logical,
            "usable_cores": cores.usable,
            "performance_cores": cores.performance,
            "features": None if processor.features is None else list(processor.features),
        },
        "memory": {
            "total_bytes": memory.total_bytes,
            "available_bytes": memory.available_bytes,
            "limit_bytes": memory.limit_bytes,
            "host_total_bytes": memory.host_total_bytes,
        },
        "gpus": [asdict(gpu) for gpu in machine.gpus.found],
        "disk": {
            "path": str(machine.disk.path),
            "total_bytes": machine.disk.total_bytes,
            "free_bytes": machine.disk.free_bytes,
        },
        "display": machine.display,
    }


def _engine(findings: Findings) -> dict[str, Any]:
    engine = findings.engine
    described, trial = engine.described, findings.trial
    return {
        "version": engine.installed.version,
        "features": list(described.features) if described else None,
        "gpu_offload": described.gpu_offload if described else None,
        "rpc": described.rpc if described else None,
        "devices": [msgspec.to_builtins(device) for device in described.devices]
        if described
        else None,
        "build": _build(engine),
        "error": engine.detail or engine.trouble or None,
        "first_token_seconds": trial.elapsed_s if trial and trial.problem is None else None,
        "weight_repacking_crashes": findings.repacking_crashes,
    }


def _build(engine: EngineFacts) -> dict[str, Any]:
    """How it was built; all but the key is null for an engine the set-up did not build."""
    report = engine.installed.report
    return {
        "key": engine.installed.build_key or None,
        "flags": list(report.flags) if report else None,
        "compiler": report.compiler if report else None,
        "openmp": report.openmp if report else None,
        "cuda": report.cuda if report else None,
        "cuda_reason": report.cuda_reason if report else None,
        "built_at": report.built_at if report else None,
    }
