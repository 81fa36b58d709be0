"""Whether this system lets programs read how much energy its processor takes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from runtime.worker.energy import POWERCAP

CpuCounter = Literal["readable", "locked", "absent"]


def cpu_counter(root: Path = POWERCAP) -> CpuCounter:
    """ "locked" where there is a counter that this user may not read."""
    found = [folder / "energy_uj" for folder in root.glob("intel-rapl:*")]
    if not found:
        return "absent"
    return "readable" if any(os.access(path, os.R_OK) for path in found) else "locked"
