"""A plan as the JSON other programs read and as a table for people. The keys are stable."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import msgspec

from app import number_text
from runtime.placement.memory import DeviceUse
from runtime.placement.overrides import host_patterns, llama_cpp_command
from runtime.placement.plan import Plan


def as_json(
    plan: Plan, model_path: str, warnings: Iterable[str], extra: dict[str, Any]
) -> dict[str, Any]:
    """The object of `coterie plan --json`; rates are tokens/s, `low` and `high` bound decode."""
    placement, speed = plan.placement, plan.speed
    return {
        "fits": plan.fits,
        "devices": [_device(device) for device in plan.devices],
        "n_gpu_layers": placement.n_gpu_layers,
        "expert_layers_on_cpu": list(placement.cpu_expert_layers),
        "overrides": [f"{pattern}=CPU" for pattern in host_patterns(placement)],
        "kv_type": placement.kv_type,
        "n_ctx": placement.n_ctx,
        "n_batch": placement.n_batch,
        "n_ubatch": placement.n_ubatch,
        "threads": placement.n_threads,
        "predicted": {
            "prompt_tokens_per_second": speed.prompt_tokens_per_s,
            "prompt_low": speed.prompt_low,
            "prompt_high": speed.prompt_high,
            "decode_tokens_per_second": speed.decode_tokens_per_s,
            "low": speed.decode_low,
            "high": speed.decode_high,
            "turn_seconds": plan.turn_s,
            "decode_terms_seconds": asdict(speed.decode),
            "prompt_terms_seconds": asdict(speed.prompt),
        },
        "from_disk_share": plan.disk_share,
        "compute_is_exact": plan.compute_is_exact,
        "warnings": list(warnings),
        "placement": msgspec.to_builtins(placement),
        "llama_cpp_command": llama_cpp_command(placement, model_path),
        **extra,
    }


def _device(device: DeviceUse) -> dict[str, Any]:
    return {
        "name": device.name,
        "label": device.label,
        "total_bytes": device.total_bytes,
        "free_bytes": device.free_bytes,
        "used_bytes": device.used_bytes,
        "left_bytes": device.left_bytes,
        "weights_bytes": asdict(device.weights),
        "kv_bytes": device.kv_bytes,
        "compute_bytes": device.compute_bytes,
    }


def as_text(plan: Plan, warnings: Iterable[str]) -> str:
    """The same for people."""
    placement, speed = plan.placement, plan.speed
    lines = ["Fits." if plan.fits else "Does not fit.", ""]
    lines += _table(plan.devices)
    lines.append("")
    if placement.n_gpu_layers:
        lines.append(
            f"{placement.n_gpu_layers} layers on GPUs, the experts of "
            f"{len(placement.cpu_expert_layers)} of them in RAM"
        )
    lines.append(
        f"Context {placement.n_ctx:,}, KV cache {placement.kv_type}, ubatch {placement.n_ubatch}, "
        f"{number_text.counted(placement.n_threads, 'thread')}"
    )
    decode = _range(speed.decode_tokens_per_s, speed.decode_low, speed.decode_high)
    prompt = _range(speed.prompt_tokens_per_s, speed.prompt_low, speed.prompt_high)
    lines.append(f"Predicted: decode {decode}, prompt {prompt}")
    lines += [f"! {warning}" for warning in warnings]
    return "\n".join(lines)


def _range(rate: float, low: float, high: float) -> str:
    shown = [number_text.predicted(value) for value in (rate, low, high)]
    return f"{shown[0]} tok/s ({shown[1]}{number_text.EN_DASH}{shown[2]})"


def _table(devices: tuple[DeviceUse, ...]) -> list[str]:
    head = ("GiB", "weights", "KV", "compute", "left", "of")
    rows: list[tuple[str, ...]] = [head]
    for device in devices:
        sizes = (device.weights.total, device.kv_bytes, device.compute_bytes)
        numbers = (*sizes, device.left_bytes, device.total_bytes)
        rows.append((device.label, *(f"{size / (1 << 30):.1f}" for size in numbers)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    return [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
