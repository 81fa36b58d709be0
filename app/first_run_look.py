"""Looks at this machine for the first-run page, a step at a time, and recommends a model for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psutil

from app.check_view import CheckView
from app.discover.catalog import SHIPPED_CATALOG, Catalog, catalog_rows, read_catalog
from app.discover.choosing import recommended
from app.discover.predicting import PredictingMachine, predicted
from app.discover.shipped_shapes import ShippedModel, read_shapes
from app.discover.state import QuantRow, RepoRow
from app.doctor import machine_checks, quick_checks
from app.doctor_machine import memory_check, processor_check
from app.engine_parts import known_parts
from app.engine_probe import EngineProbe
from app.first_run_rows import disk_row, driver_row, gigabytes_per_s, measured_rows, memory_row
from app.first_run_state import FirstLook, FirstRecommendation
from app.gpu_catalog import shipped_catalog
from app.gpu_probe import GpuProbe
from app.hardware_probe import read_hardware
from app.machine import memory, read_machine
from app.machine_readings import memory_speed, read_readings, read_speed
from app.memory_modules import read_modules
from app.model_planning import with_engine_ended
from app.paths import Paths
from app.processor import read_processor
from runtime.cgroup import memory_limit
from runtime.cores import usable_cores
from runtime.errors import CoterieError
from runtime.hub.frames import HubFile, HubModel
from runtime.language import tr
from runtime.placement.calibration import Calibration
from runtime.placement.hardware import Hardware
from runtime.protocol.messages import MemoryUse

# A disk that is full to the brim keeps no conversation.
SPARE_DISK_BYTES = 2 * 1024**3
_READING_ERRORS = (OSError, ValueError, RuntimeError, psutil.Error)


def first_look(
    paths: Paths,
    wait_for_quiet: Callable[[], object],
    held: Callable[[], MemoryUse | None],
) -> Iterator[FirstLook]:
    """All that is known so far, again and again as more is known. For a thread in the background.

    `wait_for_quiet` returns when nothing loads, which would spoil the measuring; `held` is what
    our own engine has then.
    """
    began_s = time.monotonic()
    count = 0
    try:
        for checks in _instant_rows():
            count = len(checks)
            yield FirstLook(checks)
    except _READING_ERRORS:
        count = 0  # quick_checks says so in words
    found = quick_checks(paths)
    for shown in range(count + 1, len(found)):
        yield FirstLook(found[:shown])
    yield FirstLook(found, "measuring", time.monotonic() - began_s)
    wait_for_quiet()
    try:
        rows, recommends = _measured(paths, held)
    except (CoterieError, *_READING_ERRORS):
        rows, recommends = found, None
    yield FirstLook(rows, "done", time.monotonic() - began_s, recommends)


def _instant_rows() -> Iterator[tuple[CheckView, ...]]:
    """What needs no other process."""
    processor = processor_check(read_processor(Path("/")), usable_cores(Path("/")))
    yield (processor,)
    host = psutil.virtual_memory()
    found = memory(host.total, host.available, memory_limit(Path("/")))
    yield (processor, memory_check(found))


def _measured(
    paths: Paths, held: Callable[[], MemoryUse | None]
) -> tuple[tuple[CheckView, ...], FirstRecommendation | None]:
    engine_probe, gpu_probe = EngineProbe(), GpuProbe()
    machine = read_machine(paths.models_dir, gpu_probe)
    engine = engine_probe.facts()
    host = memory_speed(machine, paths.cache_dir)
    disk = read_speed(paths.cache_dir, paths.models_dir)
    readings = read_readings(machine, paths.cache_dir, paths.models_dir)
    hardware = read_hardware(machine, engine, readings, shipped_catalog())
    found = measured_rows(
        # The first ones excused who was slow to answer.
        machine_checks(machine, engine, known_parts(paths)),
        memory_row(machine.memory, host, read_modules()),
        disk_row(machine.disk, disk),
        driver_row(machine.gpus),
    )
    predicting = PredictingMachine(
        with_engine_ended(hardware, held()), Calibration(), machine.disk.free_bytes or 0
    )
    return found, recommendation(predicting, read_shapes(), read_catalog(SHIPPED_CATALOG))


def recommendation(
    machine: PredictingMachine, shapes: Sequence[ShippedModel], catalog: Catalog
) -> FirstRecommendation | None:
    """The ablest model of the list that is quick here, by the shapes that came with the program.

    None where memory or disk have room for none of them.
    """
    by_repo = {
        shape.repo: shape
        for shape in shapes
        if shape.layout.file_bytes + SPARE_DISK_BYTES <= machine.disk_free_bytes
    }
    rows = [
        _predicted_row(row, by_repo[row.repo], machine)
        for row in catalog_rows(catalog)
        if row.repo in by_repo
    ]
    found = recommended(rows, catalog, machine.memory_bytes)
    family = catalog.family(found.repo) if found else None
    if found is None or family is None or found.quant.prediction is None:
        return None
    shape = by_repo[found.repo].layout.shape
    return FirstRecommendation(
        repo=found.repo,
        name=found.name,
        quantisation=found.quant.name,
        size_bytes=found.quant.model.size_bytes,
        why=next(row.why for row in rows if row.repo == found.repo),
        parameters_total=family.parameters_total or shape.parameters_total,
        parameters_active=family.parameters_active or shape.parameters_active,
        prediction=found.quant.prediction,
        rates=rates_of(machine.hardware),
    )


def rates_of(hardware: Hardware) -> tuple[tuple[str, str], ...]:
    """What the prediction was made with, and its figures."""
    memory_rate = gigabytes_per_s(hardware.host.bandwidth_bytes_per_s)
    gpus = ((gpu.label, gigabytes_per_s(gpu.bandwidth_bytes_per_s)) for gpu in hardware.gpus)
    return ((tr("Memory, measured"), memory_rate), *gpus)


def _predicted_row(row: RepoRow, shape: ShippedModel, machine: PredictingMachine) -> RepoRow:
    file = HubFile(f"{shape.quantisation}.gguf", shape.layout.file_bytes, "")
    quant = QuantRow(
        HubModel(shape.quantisation, (file,)),
        "ready",
        predicted(shape.layout, machine),
        suggested=True,
    )
    return RepoRow(row.summary, row.name, row.author, row.why, "ready", quants=(quant,))
