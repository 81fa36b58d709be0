"""The machine a run was made on, in a line."""

from __future__ import annotations

import importlib.metadata
import os
import platform

from app.machine import read_machine
from app.paths import Paths


def machine_line() -> str:
    machine = read_machine(Paths.for_user().models_dir)
    return f"{machine!r}, Python {platform.python_version()}, {os.cpu_count()} logical cores"


def engine_line() -> str:
    version = importlib.metadata.version("llama-cpp-python")
    return f"llama-cpp-python {version} as built by the set-up"
