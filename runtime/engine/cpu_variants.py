"""Which of the engine's builds for one kind of processor this machine gets.

A portable engine holds one library for each kind (GGML_CPU_ALL_VARIANTS) and registers none; a
native one holds a single library that is linked, and none of these.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

PATTERNS = ("libggml-cpu-*.so", "ggml-cpu-*.dll")
# ggml/src/CMakeLists.txt of v0.5.0: the one with AMX_TILE and AMX_INT8. It crashes on the first
# decode of Q4_1 weights (ggml-org/llama.cpp#20824) until an engine build that does not.
WITH_AMX = frozenset({"sapphirerapids"})


@dataclass(frozen=True)
class Variant:
    """`score` is ggml's own; 0 for a processor that can't run it."""

    name: str
    path: Path
    score: int

    @property
    def has_amx(self) -> bool:
        return self.name in WITH_AMX


def variant_files(folders: Iterable[Path]) -> tuple[Path, ...]:
    """The libraries in `folders`, the first folder that has any: the wheel keeps copies."""
    for folder in folders:
        found = sorted(path for pattern in PATTERNS for path in folder.glob(pattern))
        if found:
            return tuple(found)
    return ()


def variant_name(path: Path) -> str:
    """libggml-cpu-haswell.so is "haswell"."""
    return path.stem.partition("ggml-cpu-")[2]


def best_variants(
    variants: Iterable[Variant], proven: Collection[str] = (), failed: Collection[str] = ()
) -> tuple[Variant, ...]:
    """Those that run here, the one to use first: with AMX only once it is proven, and none that
    failed its test. These come last, AMX behind the others: no engine would be worse.
    """

    def rank(variant: Variant) -> tuple[bool, bool, int]:
        usable = variant.name not in failed and (variant.name in proven or not variant.has_amx)
        return (not usable, not usable and variant.has_amx, -variant.score)

    return tuple(sorted((one for one in variants if one.score > 0), key=rank))


def first_loaded(
    best: Iterable[Variant], load: Callable[[Path], int], say: Callable[[str], None]
) -> Variant | None:
    """The first that `load` has a handle for; `say` gets a line of each before it."""
    for variant in best:
        if load(variant.path):
            return variant
        say(f"processor variant {variant.name} was not loaded")
    return None
