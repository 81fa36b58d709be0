"""Loads what an engine process was told to: accepted packs, then the build for this processor."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from runtime.engine import bindings
from runtime.engine.buffer_types import add_rpc_server
from runtime.engine.cpu_variants import (
    Variant,
    best_variants,
    first_loaded,
    variant_files,
    variant_name,
)
from runtime.engine.native_backends import load_backend, variant_score
from runtime.engine_parts import EngineParts, PackPart, told_parts
from runtime.errors import CoterieError
from runtime.language import tr


@dataclass(frozen=True)
class LoadedParts:
    """`variant` is None for a native build, which has no `variants` to choose from."""

    variant: Variant | None = None
    variants: tuple[Variant, ...] = ()


def load_parts(
    parts: EngineParts | None = None, say: Callable[[str], None] | None = None
) -> LoadedParts:
    """Load them all, before the first model; by the environment when `parts` is None.

    What does not load is left out, and `say` gets a line of each.
    """
    wanted = told_parts() if parts is None else parts
    tell = say or _to_log
    # ggml_backend_load_all takes the processor last, too (ggml-backend-reg.cpp of v0.5.0).
    for pack in wanted.packs:
        load_pack(pack, tell)
    variants = processor_variants()
    best = best_variants(variants, wanted.proven, wanted.failed)
    variant = first_loaded(best, load_backend, tell)
    if variant is not None:
        tell(f"processor variant {variant.name} of {len(variants)}")
    elif variants:
        tell("no processor variant of this engine suits this processor")
    return LoadedParts(variant, variants)


def processor_variants() -> tuple[Variant, ...]:
    """Those of this engine build with their scores, none for a native build."""
    files = variant_files((bindings.LIBRARY_DIR, bindings.BACKEND_DIR))
    return tuple(Variant(variant_name(path), path, variant_score(path)) for path in files)


def load_pack(pack: PackPart, say: Callable[[str], None]) -> int:
    """Register the pack's back end and what it reaches; its handle, 0 when ggml refuses it."""
    backend = load_backend(Path(pack.library))
    if not backend:
        say(tr("the library {path} was not loaded", path=pack.library))
        return 0
    if pack.endpoint:
        try:
            add_rpc_server(pack.endpoint)
        except CoterieError as error:
            say(error.problem.one_line())
    return backend


def _to_log(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
