"""The CPU as a compiler sees it with -march=native: which one, and which instructions."""

from __future__ import annotations

import platform
import re
from dataclasses import dataclass
from pathlib import Path

from setup_steps.processes import Run

CPUINFO = Path("/proc/cpuinfo")
# Only instruction sets: the kernel adds and drops other flags (mitigations, power) on update.
_INSTRUCTIONS = re.compile(
    "s?sse|avx|fma|f16c|bmi|abm|popcnt|movbe|v?aes|v?pclmul|gfni|sha|amx|xop|lzcnt"
    # Arm's; smep is not one of them.
    "|asimd|fphp|sve|sme(?!p)|i8mm|bf16|atomics"
)


@dataclass(frozen=True)
class Cpu:
    """`machine` is x86_64, aarch64, …; `features` are the kernel's names, sorted."""

    machine: str
    model: str
    features: tuple[str, ...]


def parse_cpuinfo(text: str, machine: str) -> Cpu:
    """The CPU that /proc/cpuinfo describes (its first core)."""
    fields: dict[str, str] = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if colon:
            fields.setdefault(name.strip().lower(), value.strip())
    parts = ("model name", "cpu implementer", "cpu part", "cpu family", "model", "stepping")
    model = " ".join(f"{fields[part]}" for part in parts if part in fields)
    flags = (fields.get("flags") or fields.get("features") or "").split()
    return Cpu(machine, model, tuple(sorted({f for f in flags if _INSTRUCTIONS.match(f)})))


def this_cpu(run: Run) -> Cpu:
    """The machine's CPU."""
    machine = platform.machine()
    try:
        return parse_cpuinfo(CPUINFO.read_text(encoding="utf-8", errors="replace"), machine)
    except OSError:
        asked = run(("sysctl", "-n", "machdep.cpu.brand_string", "hw.optional"))
        model = asked.output.strip() if asked.code == 0 else platform.processor()
        return Cpu(machine, model, ())
