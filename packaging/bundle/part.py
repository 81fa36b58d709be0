"""The bundle's `coterie-part MODULE [ARGUMENT...]`: runs one part of Coterie as its own process.

`coterie-part --check` loads what the parts are made of, and ends with 0 when all of it is there.
"""

from __future__ import annotations

import importlib.util
import os
import runpy
import sys
from collections.abc import Iterable
from pathlib import Path

from bundle.own_environment import restore

# Every module that runtime/own_program.py is asked for; a test holds this against the source.
PART_MODULES = (
    "app.attachments.pdf_text",
    "app.dashboard.gpu_reading",
    "app.disk_speed",
    "app.gpu_nvml",
    "app.memory_bandwidth",
    "app.updates.look",
    "runtime.downloads",
    "runtime.hub",
    "runtime.starter",
    "runtime.worker",
    "runtime.worker.describe",
    "runtime.worker.dry_run",
    "runtime.worker.engine_trial",
    "runtime.worker.grammar_trial",
)
# Loaded late: the one that loads the engine's own libraries.
LOADED_LATER = ("runtime.worker.service",)
# A library that a part loads by its file (runtime/engine/expert_picks.py).
LOADED_BY_FILE = ("runtime.engine.expert_tap",)
# A library of PyNaCl's imports it, where PyInstaller does not look.
IMPORTED_BY_LIBRARIES = ("_cffi_backend",)
CHECK = "--check"
WRONG_USE = 2


def needed_modules(modules: Iterable[str], checkout: Path) -> list[str]:
    """The modules with those that running them needs: a package runs its `__main__`."""
    packages = [one for one in modules if (checkout / one.replace(".", "/")).is_dir()]
    mains = [f"{package}.__main__" for package in packages]
    return [*modules, *mains, *LOADED_BY_FILE, *IMPORTED_BY_LIBRARIES]


def check() -> int:
    """Load every part without running it; the error of one that is not whole ends the program."""
    import ctypes

    for name in (*PART_MODULES, *LOADED_LATER):
        if hasattr(importlib.import_module(name), "__path__"):
            importlib.import_module(f"{name}.__main__")
    for name in LOADED_BY_FILE:
        library = importlib.util.find_spec(name)
        if library is None or library.origin is None:
            raise ImportError(f"{name} is missing")
        ctypes.CDLL(library.origin)
    return 0


def main() -> int:
    """Run the module named first, with the arguments after it; the exit code."""
    restore(os.environ)
    module = sys.argv[1] if len(sys.argv) > 1 else ""
    if module == CHECK:
        return check()
    if module not in PART_MODULES:
        print("coterie-part is started by Coterie itself. Start coterie instead.", file=sys.stderr)
        return WRONG_USE
    del sys.argv[0]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
