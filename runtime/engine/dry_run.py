"""Asks llama.cpp what a placement would take: it simulates the load and logs its buffers."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from runtime.engine.bindings import AbortFlag, llama
from runtime.engine.buffer_types import HostOverrides
from runtime.engine.model import LoadOptions, model_parameters, new_context
from runtime.engine.native_log import MIB, NativeLog, device_memory
from runtime.errors import Problem
from runtime.language import tr
from runtime.placement.overrides import host_patterns
from runtime.protocol.dry_run import DryRunResult
from runtime.protocol.placement import Placement

# llama_kv_cache: size =   90.00 MiB (  4096 cells,  30 layers,  1/1 seqs), K (f16):   45.00 MiB, …
KV_SIZE = re.compile(r"^llama_kv_cache: size =\s+(?P<mib>[\d.]+) MiB")


def dry_run(path: Path, placement: Placement, log: NativeLog, abort: AbortFlag) -> DryRunResult:
    """Compute buffers under `placement`; takes 0.1 s and no memory, whatever the model's size."""
    log.clear()
    overrides = HostOverrides(host_patterns(placement))
    parameters = model_parameters(placement, overrides)
    parameters.no_alloc = True
    # no_alloc with any other mode aborts the process (llama.cpp v0.5.0).
    parameters.load_mode = llama.LLAMA_LOAD_MODE_NONE
    model = llama.llama_model_load_from_file(os.fsencode(path), parameters)
    if not model:
        return DryRunResult(problem=_refused(log))
    context = new_context(model, LoadOptions(placement, placement.n_threads or 1), abort)
    if context:
        llama.llama_free(context)
    llama.llama_model_free(model)
    if not context:
        return DryRunResult(problem=_refused(log))
    return DryRunResult(device_memory(log.lines), kv_bytes(log.lines))


def kv_bytes(lines: Iterable[str]) -> int:
    """The whole KV cache, of which a windowed model has two."""
    found = (KV_SIZE.match(line) for line in lines)
    return round(sum(float(match["mib"]) for match in found if match) * MIB)


def _refused(log: NativeLog) -> Problem:
    return Problem(
        "dry_run_refused",
        tr("The engine could not plan this model"),
        "; ".join(log.errors[-2:]) or tr("llama.cpp gave no reason"),
        tr("The plan is an estimate instead."),
    )
