"""The engine's parts beside its own libraries: what is known of them, and trying what is not."""

from __future__ import annotations

import platform
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from app.engine_build import InstalledEngine, installed_engine, portable_variants
from app.engine_packs import Pack, file_fault, find_packs, pack_folders, state_of
from app.engine_parts_file import EnginePartsFile, part_key
from app.engine_probe import EngineFacts, EngineProbe
from app.engine_trials import Ask, ask_engine, reference_steps, try_part
from app.engine_variants import VariantMemory, climb
from app.gpu_probe import GpuProbe, Gpus
from app.pack_rules import (
    driver_problem,
    engine_problem,
    file_problem,
    trial_problem,
    unreadable_problem,
)
from app.paths import Paths
from app.quirks import machine_key
from runtime.engine.cpu_variants import variant_name
from runtime.engine_parts import EngineParts
from runtime.errors import Problem
from runtime.protocol.engine_trial import EngineTrial, TrialStep

NVIDIA_VERSION = "sys/module/nvidia/version"
VULKAN_DRIVERS = ("usr/share/vulkan/icd.d", "etc/vulkan/icd.d")

# ggml ends a process by itself for any error of CUDA's: full GPU memory, too (ggml-cuda.cu of
# v0.5.0). A pack that worked with the same driver and files is not given up for it.
_OWN_END = "SIGABRT"

PackVerdict = Literal["used", "refused", "failed before", "untried"]


@dataclass(frozen=True)
class PackState:
    """`problem` says why a refused one is not used, `device` what a tried one ran on.

    One with a problem is used where it passed earlier and its test could not be made this time.
    """

    pack: Pack
    verdict: PackVerdict
    problem: Problem | None = None
    device: str = ""


@dataclass(frozen=True)
class PartsView:
    """`parts` is what the engine's processes may load; `untried` that something waits for a test.

    `folder` is where a person puts a pack.
    """

    parts: EngineParts = field(default_factory=EngineParts)
    packs: tuple[PackState, ...] = ()
    untried: bool = False
    folder: Path = Path()


@dataclass(frozen=True)
class PartsTools:
    """What trying needs from outside."""

    ask: Ask = ask_engine
    engine: Callable[[], EngineFacts] = lambda: EngineProbe().facts()
    gpus: Callable[[], Gpus] = lambda: GpuProbe().gpus()
    root: Path = Path("/")


def known_parts(paths: Paths, root: Path = Path("/")) -> PartsView:
    """What earlier tests said; some file look-ups, and next to nothing without packs."""
    packs, variants = find_packs(pack_folders(paths)), portable_variants()
    if not packs and not variants:
        return PartsView(folder=paths.packs_dir)
    memory = EnginePartsFile(paths.engine_parts_file)
    machine = machine_key()
    states = tuple(_known(pack, memory, machine, root) for pack in packs)
    known = VariantMemory(memory, machine)
    untried = any(state.verdict == "untried" for state in states)
    if variants:
        untried = untried or not known.is_done
    names = tuple(variant_name(path) for path in variants)
    return PartsView(_parts(states, known, names), states, untried, paths.packs_dir)


def try_parts(paths: Paths, tools: PartsTools | None = None, *, again: bool = False) -> PartsView:
    """Try what is untried, and with `again` all; seconds long, and remembered."""
    tools = tools or PartsTools()
    known = known_parts(paths, tools.root)
    if not known.untried and not (again and (known.packs or portable_variants())):
        return known
    memory = EnginePartsFile(paths.engine_parts_file)
    variants = VariantMemory(memory, machine_key())
    if portable_variants() and (again or not variants.is_done):
        described = tools.engine().described
        climb(tools.ask, described.variants if described else (), variants)
    names = tuple(variant_name(path) for path in portable_variants())
    trials = _PackTrials(tools, memory)
    states = tuple(
        state if state.verdict in ("used", "failed before") and not again else trials.state(state)
        for state in known.packs
    )
    return PartsView(_parts(states, variants, names), states, False, paths.packs_dir)


def pack_key(pack: Pack, machine: str, root: Path) -> str:
    """Another pack, driver, processor or engine build is another test."""
    kind = pack.manifest.kind if pack.manifest else ""
    return part_key(machine, "pack", state_of(pack), driver_mark(kind, root))


def driver_mark(kind: str, root: Path) -> tuple[object, ...]:
    """What changes with the driver of a kind of pack, without asking the driver."""
    if kind == "cuda":
        try:
            return ((root / NVIDIA_VERSION).read_text(encoding="utf-8").strip(),)
        except OSError:
            return ()
    if kind != "vulkan":
        return ()
    files = sorted(path for folder in VULKAN_DRIVERS for path in (root / folder).glob("*.json"))
    return (platform.release(), *((path.name, path.stat().st_mtime_ns) for path in files))


def _parts(
    states: tuple[PackState, ...], variants: VariantMemory, names: tuple[str, ...]
) -> EngineParts:
    used = (state.pack.part for state in states if state.verdict == "used")
    return EngineParts(
        proven=tuple(name for name in names if variants.verdict(name) == "passed"),
        failed=tuple(name for name in names if variants.verdict(name) == "failed"),
        packs=tuple(part for part in used if part is not None),
    )


def _known(pack: Pack, memory: EnginePartsFile, machine: str, root: Path) -> PackState:
    problem = unreadable_problem(pack) or _misfit(pack, installed_engine())
    if problem is not None:
        return PackState(pack, "refused", problem)
    verdict = memory.verdict(pack_key(pack, machine, root))
    known: dict[str, PackVerdict] = {"passed": "used", "failed": "failed before"}
    return PackState(pack, known.get(verdict, "untried"))


def _misfit(pack: Pack, engine: InstalledEngine) -> Problem | None:
    if pack.manifest is None:
        return None
    cuda = engine.report is not None and engine.report.cuda
    return engine_problem(pack, pack.manifest, engine.version, cuda_built_in=cuda)


class _PackTrials:
    """One round of tests: the GPUs and the processor's own answer are asked for once."""

    def __init__(self, tools: PartsTools, memory: EnginePartsFile) -> None:
        self._tools, self._memory = tools, memory
        self._machine = machine_key()
        self._gpus: Gpus | None = None
        self._reference: tuple[TrialStep, ...] | None = None

    def state(self, known: PackState) -> PackState:
        """The checks in order; only what the test found of the pack itself is remembered."""
        pack, manifest = known.pack, known.pack.manifest
        if manifest is None or known.verdict == "refused":
            return known
        problem = self._not_whole(pack) or driver_problem(pack, manifest, self._seen())
        if problem is not None:
            return PackState(pack, "refused", problem)
        if self._reference is None:
            self._reference = reference_steps(self._tools.ask)
        # Looked at before the test: what changes meanwhile is then tried again.
        key = pack_key(pack, self._machine, self._tools.root)
        trial = EngineTrial(pack=pack.part, needs=manifest.needs)
        tried = try_part(self._tools.ask, trial, self._reference)
        unclear = not tried.is_judged or tried.detail == _OWN_END
        stays = unclear and known.verdict == "used"
        if tried.is_judged and not stays:
            self._memory.remember(key, passed=tried.passed)
        verdict: PackVerdict = "used" if tried.passed or stays else "refused"
        return PackState(pack, verdict, trial_problem(pack, tried), tried.device)

    def _seen(self) -> Gpus:
        if self._gpus is None:
            self._gpus = self._tools.gpus()
        return self._gpus

    def _not_whole(self, pack: Pack) -> Problem | None:
        key = part_key("whole", state_of(pack))
        if self._memory.verdict(key) == "passed":
            return None
        fault, name = file_fault(pack)
        if not fault:
            self._memory.remember(key, passed=True)
        return file_problem(pack, fault, name)
