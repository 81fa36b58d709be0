"""The machine and the builds a run was made with, in lines."""

from __future__ import annotations

import importlib.metadata
import platform

from app import number_text
from app.machine import Machine, read_machine
from app.paths import Paths


def machine_line() -> str:
    machine = read_machine(Paths.for_user().models_dir)
    memory = number_text.gib_unit(machine.memory.total_bytes)
    return f"{_processor(machine)}; {memory}; {machine.system}"


def _processor(machine: Machine) -> str:
    name = machine.processor.name or platform.machine()
    cores = number_text.counted(machine.cores.physical, "physical core")
    return f"{name}, {cores} ({machine.cores.logical} logical)"


def builds_line() -> str:
    versions = (
        f"{name} {importlib.metadata.version(name)}"
        for name in ("llama-cpp-python", "PySide6-Essentials")
    )
    return f"{', '.join(versions)}, Python {platform.python_version()}"
