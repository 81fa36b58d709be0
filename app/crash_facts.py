"""What a crash report says of the program and the computer."""

from __future__ import annotations

import platform
from pathlib import PurePath

from PySide6.QtCore import qVersion

from app.crash_reports import Facts
from app.engine_build import installed_engine
from app.processor import read_processor
from app.version import version
from runtime.engine_parts import EngineParts, told_parts


def program_facts() -> Facts:
    """Versions and the computer; nothing that names the person."""
    engine = installed_engine()
    processor = read_processor()
    return (
        ("Coterie", version()),
        ("Engine", f"{engine.version or 'none'} (build {engine.build_key[:12] or 'unknown'})"),
        ("Engine parts", _parts(told_parts())),
        ("System", f"{_system_name()}, {platform.system()} {platform.release()}"),
        ("Processor", f"{processor.name}, {platform.machine()}"),
        ("Python, Qt", f"{platform.python_version()}, {qVersion()}"),
    )


def _parts(parts: EngineParts) -> str:
    """Processor variants by their test here, and the accepted packs by their libraries' names."""
    packs = tuple(PurePath(pack.library).name for pack in parts.packs)
    told = (("tested", parts.proven), ("failed", parts.failed), ("packs", packs))
    return "; ".join(f"{name} {' '.join(values)}" for name, values in told if values) or "its own"


def _system_name() -> str:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
    except OSError:
        return platform.platform(terse=True)
