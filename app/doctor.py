"""Looks at this computer, the engine and the user's files, and says what to do about each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import psutil

from app.check_view import CheckView
from app.doctor_engine import engine_check, repacking_check, start_check
from app.doctor_files import UserFiles, file_checks
from app.doctor_machine import (
    disk_check,
    display_check,
    graphics_check,
    memory_check,
    processor_check,
)
from app.doctor_parts import pack_checks, variant_check
from app.engine_parts import PartsTools, PartsView, known_parts, try_parts
from app.engine_probe import EngineFacts, EngineProbe
from app.engine_trial import Trial, model_for_trial, try_both_ways
from app.gpu_probe import GpuProbe
from app.local_models import LocalModels
from app.machine import Machine, read_machine
from app.paths import Paths
from app.prices import SHIPPED_PRICES, PriceBook, look_at_prices
from app.quirks import QuirksFile, machine_key
from app.settings import look_at_settings
from runtime.engine_parts import tell_parts, told_parts
from runtime.engine_process import Engine, EngineProcess
from runtime.errors import CoterieError, Problem
from runtime.language import marked, tr

# The first-run page shows its checks within two seconds, whatever a driver does.
QUICK_DEADLINE_S = 1.5


@dataclass(frozen=True)
class Findings:
    """All that was looked at. `trial` is None when there was no small model to try."""

    machine: Machine
    engine: EngineFacts
    repacking_crashes: bool
    trial: Trial | None
    files: UserFiles
    parts: PartsView = field(default_factory=PartsView)


def checks(findings: Findings) -> tuple[CheckView, ...]:
    """What there is to say of `findings`, in the order it is shown."""
    machine, engine = findings.machine, findings.engine
    repacking = repacking_check(engine, crashes=findings.repacking_crashes)
    works = (start_check(findings.trial),) if engine.described is not None else ()
    return (
        *machine_checks(machine, engine, findings.parts),
        *works,
        *((repacking,) if repacking is not None else ()),
        *file_checks(findings.files),
        display_check(machine),
    )


def machine_checks(
    machine: Machine, engine: EngineFacts, parts: PartsView, *, patient: bool = True
) -> tuple[CheckView, ...]:
    """Processor, memory, graphics, disk and engine. Impatient ones excuse a slow answer."""
    variant = variant_check(engine.described, parts)
    return (
        processor_check(machine.processor, machine.cores),
        memory_check(machine.memory),
        graphics_check(machine.gpus, engine, patient=patient),
        *pack_checks(parts, machine.gpus, engine.described),
        disk_check(machine.disk),
        engine_check(engine, machine.processor, patient=patient),
        *((variant,) if variant is not None else ()),
    )


def examine(paths: Paths, new_engine: Callable[[], Engine] | None = None) -> Findings:
    """Look at everything, some seconds long.

    Writes only what a chat would write too: that repacking crashes, which parts of the engine
    work, and the list of headers read.
    """
    tell_parts(known_parts(paths).parts)
    engine_probe, gpu_probe = EngineProbe(), GpuProbe()
    files = read_files(paths)
    machine = read_machine(paths.models_dir, gpu_probe)
    engine = engine_probe.facts()
    tools = PartsTools(engine=lambda: engine, gpus=lambda: machine.gpus)
    parts = try_parts(paths, tools, again=True)
    if parts.parts != told_parts():
        tell_parts(parts.parts)
        engine = EngineProbe().facts()
    quirks = QuirksFile(paths.quirks_file, machine_key())
    model = model_for_trial(files.models) if engine.described is not None else None
    trial = None
    if model is not None:
        start = new_engine or (lambda: EngineProcess(paths.log_dir / "engine-doctor.log"))
        trial = try_both_ways(start, model, quirks)
    return Findings(machine, engine, quirks.repacking_crashes, trial, files, parts)


def read_files(paths: Paths) -> UserFiles:
    """The user's files, left where they are."""
    shelf = LocalModels(paths.models_dir, paths.header_cache)
    models = shelf.scan()
    settings, settings_problem = look_at_settings(paths.settings_file)
    prices: PriceBook | None = None
    prices_problem: Problem | None
    try:
        prices, prices_problem = look_at_prices(SHIPPED_PRICES, paths.prices_file)
    except CoterieError as error:
        prices_problem = error.problem
    return UserFiles(
        models_dir=paths.models_dir,
        models=models,
        model_problems=shelf.problems,
        settings=settings,
        settings_problem=settings_problem,
        prices=prices,
        prices_problem=prices_problem,
    )


def quick_checks(paths: Paths) -> tuple[CheckView, ...]:
    """The first-run page's checks, for a thread in the background: under two seconds, no errors."""
    engine_probe, gpu_probe = EngineProbe(), GpuProbe()
    try:
        machine = read_machine(paths.models_dir, gpu_probe, QUICK_DEADLINE_S)
    except (OSError, ValueError, RuntimeError, psutil.Error) as error:
        detail = f"{tr('This computer could not be looked at')}\n{error}"
        gpu_probe.gpus(QUICK_DEADLINE_S)
        engine_probe.facts(QUICK_DEADLINE_S)
        return (CheckView(marked("Machine"), "info", detail, tr("coterie doctor says more.")),)
    engine = engine_probe.facts(QUICK_DEADLINE_S)
    return machine_checks(machine, engine, known_parts(paths), patient=False)
